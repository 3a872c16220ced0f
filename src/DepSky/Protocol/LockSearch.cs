using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Finds the genuine lock files of a unit: n-f clouds list them, and each that they name is fetched from them and
/// verified. A lock was acknowledged by n-f clouds, so one of these, at least, is correct and names it.
/// </summary>
internal sealed class LockSearch(
    CloudExchange exchange, UnitLayout layout, CloudQuorums quorums, PublicKey writer) : SubMachine(exchange)
{
    /// <summary>
    /// A cloud's names that are looked at: the highest epochs first. A correct cloud has as many as there were holders
    /// since the last clearing.
    /// </summary>
    private const int NamesMax = 16;

    private readonly List<CloudProblem> _problems = [];
    private readonly HashSet<LockRecord> _genuine = [];

    /// <summary>
    /// What each cloud has named and is still to be looked at, the one that is being fetched first; null before its
    /// list has come.
    /// </summary>
    private readonly Queue<LockRecord>?[] _named = new Queue<LockRecord>?[quorums.Clouds];
    private int _answered;

    public IReadOnlyCollection<LockRecord> Genuine => _genuine;

    public override void Start()
    {
        for (int cloud = 0; cloud < quorums.Clouds; cloud++) Call(new ListCall(cloud, layout.LockPrefix));
    }

    public override void Receive(int cloud, CloudAnswer answer)
    {
        switch (answer)
        {
            case Listed listed:
                Invariant.Holds(_named[cloud] is null, "a cloud lists its locks once");
                _named[cloud] = new Queue<LockRecord>(Read(listed.Names));
                break;
            // One that is gone was given back meanwhile.
            case Failed { Kind: CloudFailure.NotFound } when _named[cloud] is not null:
                _named[cloud]!.Dequeue();
                break;
            case Failed failed:
                Fail(new CloudProblem(cloud, failed.Kind, failed.Reason));
                return;
            case Got got:
                LockRecord record = _named[cloud]!.Dequeue();
                // One that is not genuine counts for nothing.
                if (record.IsGenuine(layout, got.Content, writer)) _genuine.Add(record);
                break;
        }
        Verify(cloud, _named[cloud]!);
    }

    private IEnumerable<LockRecord> Read(IReadOnlyList<string> names) => names
        .Select(name => LockRecord.TryReadName(layout, name, out LockRecord record) ? record : (LockRecord?)null)
        .OfType<LockRecord>()
        .OrderByDescending(record => record.Epoch).ThenByDescending(record => record.ExpiresAtMs)
        .Take(NamesMax);

    private void Verify(int cloud, Queue<LockRecord> named)
    {
        while (named.TryPeek(out LockRecord known) && _genuine.Contains(known)) named.Dequeue();
        if (named.TryPeek(out LockRecord record)) Call(new GetCall(cloud, record.Name(layout), LockRecord.BytesMax));
        else if (++_answered >= quorums.Available) FinishAndAbandon(null);
    }

    private void Fail(CloudProblem problem)
    {
        _problems.Add(problem);
        if (_problems.Count <= quorums.Clouds - quorums.Available) return;
        FinishAndAbandon(new ProtocolFailure(FailureKind.NoQuorum,
            $"{_problems.Count} of {quorums.Clouds} clouds cannot list the locks of '{layout.Unit}'; "
            + $"{quorums.Available} must",
            [.. _problems]));
    }
}
