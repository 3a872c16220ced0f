namespace BftSmr.Client.Core;

/// <summary>Attempts for reuse: their ballots are what an operation would otherwise allocate most for.</summary>
internal sealed class AttemptPool(int replicas)
{
    private const int FreeMax = 64;

    private readonly Stack<Attempt> _free = new();

    public Attempt Rent() => _free.TryPop(out Attempt? attempt) ? attempt : new Attempt(replicas);

    public void Return(Attempt attempt)
    {
        if (_free.Count >= FreeMax) return;
        attempt.Clear();
        _free.Push(attempt);
    }
}
