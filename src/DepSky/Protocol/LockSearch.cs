using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Finds the genuine lock files of a unit: n-f clouds list them, and each that they name is fetched from them and verified. A lock was acknowledged by n-f clouds, so one of these, at least, is correct and names it.
/// </summary>
internal sealed class LockSearch(CloudExchange exchange, UnitLayout layout, CloudQuorums quorums, PublicKey writer, Action<LockSearch> then)
{
    /// <summary>A cloud's names that are looked at: the highest epochs first. A correct cloud has as many as there were holders since the last clearing.</summary>
    private const int NamesMax = 16;

    private readonly List<CloudProblem> _problems = [];
    private readonly HashSet<LockRecord> _genuine = [];
    private int _answered;

    public bool IsDone { get; private set; }

    public ProtocolFailure? Failure { get; private set; }

    public IReadOnlyCollection<LockRecord> Genuine => _genuine;

    public void Start()
    {
        for (int cloud = 0; cloud < quorums.Clouds; cloud++)
        {
            int asked = cloud;
            exchange.Call(new ListCall(asked, layout.LockPrefix), answer =>
            {
                if (answer is Failed failed) Fail(new CloudProblem(asked, failed.Kind, failed.Reason));
                else
                {
                    Queue<LockRecord> named = new(((Listed)answer).Names
                        .Select(name => LockRecord.TryReadName(layout, name, out LockRecord record) ? record : (LockRecord?)null)
                        .OfType<LockRecord>().OrderByDescending(record => record.Epoch).ThenByDescending(record => record.ExpiresAtMs).Take(NamesMax));
                    Verify(asked, named);
                }
            });
        }
    }

    private void Verify(int cloud, Queue<LockRecord> named)
    {
        if (IsDone) return;
        while (named.TryPeek(out LockRecord known) && _genuine.Contains(known)) named.Dequeue();
        if (!named.TryDequeue(out LockRecord record))
        {
            if (++_answered >= quorums.Available) Finish(null);
            return;
        }
        exchange.Call(new GetCall(cloud, record.Name(layout), LockRecord.BytesMax), answer =>
        {
            // One that is gone was given back meanwhile; one that is not genuine counts for nothing.
            if (answer is Failed { Kind: not CloudFailure.NotFound } failed) Fail(new CloudProblem(cloud, failed.Kind, failed.Reason));
            else
            {
                if (answer is Got got && record.IsGenuine(layout, got.Content, writer)) _genuine.Add(record);
                Verify(cloud, named);
            }
        });
    }

    private void Fail(CloudProblem problem)
    {
        _problems.Add(problem);
        if (!IsDone && _problems.Count > quorums.Clouds - quorums.Available)
            Finish(new ProtocolFailure(FailureKind.NoQuorum, $"{_problems.Count} of {quorums.Clouds} clouds cannot say who has locked '{layout.Unit}'; {quorums.Available} must", [.. _problems]));
    }

    private void Finish(ProtocolFailure? failure)
    {
        IsDone = true;
        Failure = failure;
        then(this);
    }
}
