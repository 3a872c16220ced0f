using System.Numerics;

namespace DepSky.Protocol;

/// <summary>
/// Fetches k intact blocks of a segment: from the quickest holders first; one cloud more is asked whenever one fails, or takes much longer than usual (hedging). Done when k have come; the calls left over
/// are abandoned, so a slow cloud never decides.
/// </summary>
internal sealed class SegmentRead(CloudExchange exchange, UnitLayout layout, ObjectMetadata metadata, CloudOrder order, int segment, Action<SegmentRead> then)
{
    private readonly SortedDictionary<int, CallId> _running = [];
    private readonly List<CloudProblem> _problems = [];
    private readonly Queue<int> _others = new(order.Clouds.Where(metadata.Segments[segment].IsHeldBy).Concat(order.Clouds.Where(cloud => !metadata.Segments[segment].IsHeldBy(cloud))));
    private CloudExchange.Timer? _timer;

    public int Segment => segment;

    public bool IsDone { get; private set; }

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>The clouds whose blocks have come intact, a bit each.</summary>
    public ushort Blocks { get; private set; }

    public IReadOnlyList<CloudProblem> Problems => _problems;

    public void Start()
    {
        for (int i = 0; i < metadata.BlocksNeeded; i++) TurnToNext();
        ArmTimer();
    }

    private void TurnToNext()
    {
        if (!_others.TryDequeue(out int cloud)) return;
        long startedMs = exchange.NowMs;
        GetBlockCall call = new(cloud, layout.Block(metadata.Data, segment), segment, metadata.BlockBytes(segment), metadata.Segments[segment].Block(cloud));
        _running.Add(cloud, exchange.Call(call, answer => Receive(cloud, startedMs, answer)));
    }

    private void Receive(int cloud, long startedMs, CloudAnswer answer)
    {
        _running.Remove(cloud);
        if (answer is Failed failed)
        {
            _problems.Add(new CloudProblem(cloud, failed.Kind, failed.Reason));
            order.Demote(cloud);
            TurnToNext();
        }
        else
        {
            Blocks |= (ushort)(1 << cloud);
            order.Learn(exchange.NowMs - startedMs);
        }
        int have = BitOperations.PopCount(Blocks);
        if (have >= metadata.BlocksNeeded) Finish(null);
        else if (have + _running.Count < metadata.BlocksNeeded)
        {
            Finish(new ProtocolFailure(FailureKind.DataUnavailable,
                $"segment {segment} of version {metadata.Id.Version} of '{layout.Unit}' has {have} intact block(s); {metadata.BlocksNeeded} are needed", [.. _problems]));
        }
    }

    private void ArmTimer() => _timer = exchange.After(order.DelayMs, () =>
    {
        if (_others.Count == 0) return;
        foreach (int cloud in _running.Keys) order.Demote(cloud);
        TurnToNext();
        ArmTimer();
    });

    private void Finish(ProtocolFailure? failure)
    {
        IsDone = true;
        Failure = failure;
        if (_timer is not null) _timer.IsCancelled = true;
        foreach (CallId call in _running.Values) exchange.Abandon(call);
        then(this);
    }
}
