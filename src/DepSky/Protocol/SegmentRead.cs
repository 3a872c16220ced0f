using System.Numerics;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Fetches k intact blocks of a segment: from the quickest holders first; one cloud more is asked whenever one fails,
/// or takes much longer than usual (hedging). Done when k have come; the calls left over are abandoned, so a slow cloud
/// never decides.
/// </summary>
internal sealed class SegmentRead(
    CloudExchange exchange, UnitLayout layout, ObjectMetadata metadata, CloudOrder order, int segment)
    : SubMachine(exchange)
{
    private readonly SortedDictionary<int, long> _runningSinceMicros = [];
    private readonly List<CloudProblem> _problems = [];
    private readonly Queue<int> _others =
        new(order.Clouds.OrderBy(cloud => !metadata.Segments[segment].IsHeldBy(cloud)));
    private long _hedgeAtMicros = long.MaxValue;

    public int Segment => segment;

    /// <summary>The clouds whose blocks have come intact, a bit each.</summary>
    public ushort Blocks { get; private set; }

    public IReadOnlyList<CloudProblem> Problems => _problems;

    public override long NextDeadlineMicros => IsDone ? long.MaxValue : _hedgeAtMicros;

    public override void Start()
    {
        for (int i = 0; i < metadata.BlocksNeeded; i++) TurnToNext();
        _hedgeAtMicros = Exchange.NowMicros + order.DelayMicros;
    }

    public override void Receive(int cloud, CloudAnswer answer)
    {
        Invariant.Holds(
            _runningSinceMicros.Remove(cloud, out long sinceMicros), "only a cloud that is asked gives a block");
        if (answer is Failed failed)
        {
            _problems.Add(new CloudProblem(cloud, failed.Kind, failed.Reason));
            order.Demote(cloud);
            TurnToNext();
        }
        else
        {
            Blocks |= (ushort)(1 << cloud);
            order.Learn(Exchange.NowMicros - sinceMicros);
        }
        int have = BitOperations.PopCount(Blocks);
        if (have >= metadata.BlocksNeeded) FinishAndAbandon(null);
        else if (have + _runningSinceMicros.Count < metadata.BlocksNeeded)
        {
            FinishAndAbandon(new ProtocolFailure(FailureKind.DataUnavailable,
                $"segment {segment} of version {metadata.Id.Version} of '{layout.Unit}' has {have} intact block(s); "
                + $"{metadata.BlocksNeeded} are needed",
                [.. _problems]));
        }
    }

    public override void Tick()
    {
        _hedgeAtMicros = long.MaxValue;
        if (_others.Count == 0) return;
        foreach (int cloud in _runningSinceMicros.Keys) order.Demote(cloud);
        TurnToNext();
        _hedgeAtMicros = Exchange.NowMicros + order.DelayMicros;
    }

    private void TurnToNext()
    {
        if (!_others.TryDequeue(out int cloud)) return;
        _runningSinceMicros.Add(cloud, Exchange.NowMicros);
        Digest digest = metadata.Segments[segment].Block(cloud);
        Call(new GetBlockCall(
            cloud, layout.Block(metadata.Data, segment), segment, metadata.BlockBytes(segment), digest));
    }
}
