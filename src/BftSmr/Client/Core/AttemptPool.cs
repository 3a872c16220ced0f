using BftCloud.Primitives;

namespace BftSmr.Client.Core;

/// <summary>
/// Attempts for reuse: their ballots are what an operation would otherwise allocate most for. Invariant: what is handed
/// out knows nothing of the operation that had it before.
/// </summary>
internal sealed class AttemptPool(int replicas)
{
    private const int FreeMax = 64;

    private readonly Stack<Attempt> _free = new();

    public Attempt Rent()
    {
        if (!_free.TryPop(out Attempt? attempt)) return new Attempt(replicas);
        Invariant.Holds(
            attempt.Request is null && attempt.Ballot.Voters.IsEmpty && attempt.SentTo.IsEmpty,
            "an attempt that is used again knows nothing of the operation before");
        return attempt;
    }

    public void Return(Attempt attempt)
    {
        if (_free.Count >= FreeMax) return;
        attempt.Clear();
        _free.Push(attempt);
    }
}
