using System.Numerics;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Stores the blocks of a segment in a preferred quorum of n-f clouds (DepSky, section 3.4: "preferred quorums"). A
/// cloud that fails, or takes much longer than the others, is made up for by the next one: spill-over. Done when n-f
/// have acknowledged; the calls left over are abandoned. Or in all clouds at once: then those that are not late are
/// waited for as well.
/// </summary>
internal sealed class SegmentWrite(
    CloudExchange exchange, CloudQuorums quorums, QuorumMode mode, CloudOrder order, int segment, string name)
        : SubMachine(exchange)
{
    private readonly SortedDictionary<int, Upload> _running = [];
    private readonly List<CloudProblem> _problems = [];
    private readonly Queue<int> _others = new(order.Clouds);
    private long _judgeAtMicros = long.MaxValue;

    public int Segment => segment;

    /// <summary>The clouds that have acknowledged, a bit each.</summary>
    public ushort Holders { get; private set; }

    public override long NextDeadlineMicros => IsDone ? long.MaxValue : _judgeAtMicros;

    private int Acknowledged => BitOperations.PopCount(Holders);

    /// <summary>Whether no cloud is worth waiting for once n-f have acknowledged.</summary>
    private bool HasWaited => mode == QuorumMode.Preferred || _running.Values.All(upload => upload.IsLate);

    public override void Start()
    {
        for (int i = mode == QuorumMode.All ? quorums.Clouds : quorums.Available; i > 0; i--) TurnToNext();
        _judgeAtMicros = Exchange.NowMicros + order.DelayMicros;
    }

    public override void Receive(int cloud, CloudAnswer answer)
    {
        Invariant.Holds(
            _running.Remove(cloud, out Upload upload), "only a cloud that was given a block acknowledges it");
        if (answer is Failed failed)
        {
            _problems.Add(new CloudProblem(cloud, failed.Kind, failed.Reason));
            order.Demote(cloud);
            TurnToNext();
        }
        else
        {
            Holders |= (ushort)(1 << cloud);
            order.Learn(Exchange.NowMicros - upload.StartedMicros);
        }
        if (Acknowledged >= quorums.Available && HasWaited) FinishAndAbandon(null);
        else if (Acknowledged + _running.Count < quorums.Available)
        {
            FinishAndAbandon(new ProtocolFailure(FailureKind.NoQuorum,
                $"{_problems.Count} of {quorums.Clouds} clouds did not store their block of segment {segment}; "
                + $"{quorums.Available} must",
                [.. _problems]));
        }
    }

    public override void Tick()
    {
        foreach (int cloud in LateClouds())
        {
            _running[cloud] = _running[cloud] with { IsLate = true };
            order.Demote(cloud);
            TurnToNext();
        }
        if (HasWaited && Acknowledged >= quorums.Available) FinishAndAbandon(null);
        else _judgeAtMicros =
            _others.Count > 0 || mode == QuorumMode.All ? Exchange.NowMicros + order.DelayMicros : long.MaxValue;
    }

    /// <summary>
    /// As many as are certainly correct have to be quicker before one is called late: else the link is slow, and one
    /// upload more would make it slower.
    /// </summary>
    private int[] LateClouds()
    {
        if (Acknowledged < quorums.Available - quorums.Faulty) return [];
        long lateMicros = Exchange.NowMicros - order.DelayMicros;
        return [.. _running.Where(r => !r.Value.IsLate && r.Value.StartedMicros <= lateMicros).Select(r => r.Key)];
    }

    private void TurnToNext()
    {
        if (!_others.TryDequeue(out int cloud)) return;
        _running.Add(cloud, new Upload(Exchange.NowMicros, IsLate: false));
        Call(new PutBlockCall(cloud, name, segment));
    }

    private readonly record struct Upload(long StartedMicros, bool IsLate);
}
