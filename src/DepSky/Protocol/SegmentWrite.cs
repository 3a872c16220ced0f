using System.Numerics;

namespace DepSky.Protocol;

/// <summary>
/// Stores the blocks of a segment in a preferred quorum of n-f clouds (DepSky, section 3.4: "preferred quorums"). A cloud that fails, or takes much longer than the others, is made up for by
/// the next one: spill-over. Done when n-f have acknowledged; the calls left over are abandoned. Or in all clouds at once: then those that are not late are waited for as well.
/// </summary>
internal sealed class SegmentWrite(CloudExchange exchange, CloudQuorums quorums, QuorumMode mode, CloudOrder order, int segment, Func<int, string> name, Action<SegmentWrite> then)
{
    private readonly SortedDictionary<int, Upload> _running = [];
    private readonly List<CloudProblem> _problems = [];
    private readonly Queue<int> _others = new(order.Clouds);
    private CloudExchange.Timer? _timer;

    public bool IsDone { get; private set; }

    public ProtocolFailure? Failure { get; private set; }

    /// <summary>The clouds that have acknowledged, a bit each.</summary>
    public ushort Holders { get; private set; }

    public void Start()
    {
        for (int i = mode == QuorumMode.All ? quorums.Clouds : quorums.Available; i > 0; i--) TurnToNext();
        ArmTimer();
    }

    private void TurnToNext()
    {
        if (!_others.TryDequeue(out int cloud)) return;
        long startedMs = exchange.NowMs;
        CallId call = exchange.Call(new PutBlockCall(cloud, name(cloud), segment), answer => Receive(cloud, startedMs, answer));
        _running.Add(cloud, new Upload(call, startedMs, IsLate: false));
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
            Holders |= (ushort)(1 << cloud);
            order.Learn(exchange.NowMs - startedMs);
        }
        int acknowledged = BitOperations.PopCount(Holders);
        if (acknowledged >= quorums.Available && HasWaited) Finish(null);
        else if (acknowledged + _running.Count < quorums.Available)
        {
            Finish(new ProtocolFailure(FailureKind.NoQuorum,
                $"{_problems.Count} of {quorums.Clouds} clouds did not store their block of segment {segment}; {quorums.Available} must", [.. _problems]));
        }
    }

    /// <summary>Whether nobody is worth waiting for once n-f have acknowledged.</summary>
    private bool HasWaited => mode == QuorumMode.Preferred || _running.Values.All(upload => upload.IsLate);

    private void ArmTimer() => _timer = exchange.After(order.DelayMs, () =>
    {
        // As many as are certainly correct have to be quicker before one is called late: else the link is slow, and one upload more would make it slower.
        bool mayJudge = BitOperations.PopCount(Holders) >= quorums.Available - quorums.Faulty;
        int[] late = mayJudge ? [.. _running.Where(r => !r.Value.IsLate && exchange.NowMs - r.Value.StartedMs >= order.DelayMs).Select(r => r.Key)] : [];
        foreach (int cloud in late)
        {
            _running[cloud] = _running[cloud] with { IsLate = true };
            order.Demote(cloud);
            TurnToNext();
        }
        if (HasWaited && BitOperations.PopCount(Holders) >= quorums.Available) Finish(null);
        else if (_others.Count > 0 || mode == QuorumMode.All) ArmTimer();
    });

    private void Finish(ProtocolFailure? failure)
    {
        IsDone = true;
        Failure = failure;
        if (_timer is not null) _timer.IsCancelled = true;
        foreach (Upload upload in _running.Values) exchange.Abandon(upload.Call);
        then(this);
    }

    private readonly record struct Upload(CallId Call, long StartedMs, bool IsLate);
}
