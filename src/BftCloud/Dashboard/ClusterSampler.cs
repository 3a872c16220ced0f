using System.Diagnostics;
using BftCloud.Monitoring;

namespace BftCloud.Dashboard;

/// <summary>
/// Makes samples of what the replicas say. At most f of them lie: of a number that each tells, the f+1-th highest is at
/// most what a correct replica tells.
/// </summary>
/// <param name="clusterId">Whose replicas they are.</param>
/// <param name="faulty">How many of them may be faulty.</param>
/// <param name="window">Instances that a replica may be behind at any moment.</param>
/// <param name="states">Whose state differs.</param>
internal sealed class ClusterSampler(string clusterId, int faulty, int window, StateComparison states)
{
    /// <summary>Reasons that are shown. Our replicas know far fewer; a faulty one may invent any number.</summary>
    private const int ReasonsMax = 64;

    private const int ReasonLengthMax = 40;

    /// <summary>No replica is that fast: what lies beyond is a lie, and no number for JSON.</summary>
    private const double RateMax = 1e12;

    private IReadOnlyList<ReplicaAnswer?> _before = [];
    private long _number;

    /// <summary>The cluster now.</summary>
    /// <param name="answers">What each replica says; null for one that does not answer.</param>
    /// <param name="isWatched">Whether the replica has an address.</param>
    /// <param name="atMs">The time, milliseconds since the Unix epoch.</param>
    /// <param name="starting">What those say that start.</param>
    public ClusterSample Next(
        IReadOnlyList<ReplicaAnswer?> answers, Func<int, bool> isWatched, long atMs,
        Func<int, StartReport?>? starting = null)
    {
        IReadOnlyList<ReplicaAnswer?> ownAnswers =
            [.. answers.Select((answer, id) => IsOwn(answer, id) ? answer : null)];
        ReplicaReport[] own = [.. ownAnswers.OfType<ReplicaAnswer>().Select(static answer => answer.Report)];
        long highest = Agreed(own, static report => report.LastExecuted);
        long? regency = own.Length == 0 ? null : Agreed(own, static report => report.Regency);
        int? leader = own.Where(report => report.Regency == regency).Select(static report => (int?)report.Leader)
            .GroupBy(static id => id).MaxBy(static group => group.Count())?.Key;
        double progress = AgreedRate(ownAnswers, static report => report.LastExecuted);
        ReplicaSample[] replicas =
        [
            .. answers.Select(
                (answer, id) => SampleOf(
                    id, answer, highest, behindMax: window + progress, isWatched(id), starting?.Invoke(id)))
        ];
        ClusterSample sample = new(
            _number++, atMs, HealthSentence.Of(faulty, replicas, regency, leader), regency, leader,
            Math.Round(AgreedRate(ownAnswers, static report => report.ExecutedOperations), 1),
            LatencyMs(ownAnswers, leader),
            Math.Round(ownAnswers.Select((_, id) => Rate(ownAnswers, id, Rejected) ?? 0).Sum(), 1), replicas);
        _before = answers;
        return sample;

        bool IsOwn(ReplicaAnswer? answer, int id) => answer is not null && !IsForeign(answer.Report, id);
    }

    /// <summary>What the replicas dropped, the most frequent reason first.</summary>
    public static IReadOnlyList<RejectionCount> Rejections(IReadOnlyList<ReplicaAnswer?> answers) =>
    [
        .. answers.OfType<ReplicaAnswer>()
            .SelectMany(static answer => answer.Report.Rejected.Keys.Where(IsReason).Order().Take(ReasonsMax))
            .Distinct()
            .Select(reason => new RejectionCount(
                reason, [.. answers.Select(answer => answer?.Report.Rejected.GetValueOrDefault(reason))]))
            .OrderByDescending(static count => count.Counts.Sum(static c => (double)(c ?? 0)))
            .ThenBy(static count => count.Reason, StringComparer.Ordinal)
            .Take(ReasonsMax)
    ];

    private ReplicaSample SampleOf(
        int id, ReplicaAnswer? answer, long highest, double behindMax, bool isWatched, StartReport? start)
    {
        if (answer is null)
        {
            ReplicaState state = !isWatched ? ReplicaState.Unwatched
                : start is null ? ReplicaState.Down
                : start.Id != id || start.ClusterId != clusterId ? ReplicaState.Foreign
                : ReplicaState.Starting;
            return new ReplicaSample(
                state, start?.Progress, null, null, null, null, null, null, null, null, null, null, null);
        }
        ReplicaReport report = answer.Report;
        long behind = Math.Max(0, highest - Math.Max(0, report.LastExecuted));
        double? cpu = Rate([answer], _before.Count > id ? [_before[id]] : [], 0, static r => r.Usage?.CpuSeconds);
        return new ReplicaSample(
            StateOf(id, report, behind, behindMax), report.Progress, behind, report.Regency, report.LastExecuted,
            report.StableCheckpoint, report.PendingRequests, report.Sessions,
            cpu is { } share ? Math.Round(share * 100, 1) : null,
            report.Usage?.MemoryBytes, report.Usage?.DataBytes, report.Usage?.FreeBytes, report.UptimeSeconds);
    }

    private ReplicaState StateOf(int id, ReplicaReport report, long behind, double behindMax)
    {
        if (IsForeign(report, id)) return ReplicaState.Foreign;
        if (states.Differs(id)) return ReplicaState.Differs;
        if (report.Silent) return ReplicaState.Recovering;
        if (report.CatchingUp) return ReplicaState.CatchingUp;
        if (behind > behindMax) return ReplicaState.Behind;
        return report.Synchronized ? ReplicaState.InStep : ReplicaState.ChangingLeader;
    }

    private bool IsForeign(ReplicaReport report, int id) => report.Id != id || report.ClusterId != clusterId;

    private double? LatencyMs(IReadOnlyList<ReplicaAnswer?> answers, int? leader)
    {
        if (leader is not { } id || id < 0 || id >= answers.Count) return null;
        double? batches = Rate(answers, id, static report => report.LedBatches);
        double? seconds = Rate(answers, id, static report => report.LedSeconds);
        return batches > 0 && seconds is { } sum ? Math.Round(sum * 1000 / batches.Value, 3) : null;
    }

    private long Agreed(ReplicaReport[] reports, Func<ReplicaReport, long> value)
    {
        long[] told = [.. reports.Select(report => Math.Max(0, value(report))).OrderDescending()];
        return told.Length == 0 ? 0 : told[Math.Min(faulty, told.Length - 1)];
    }

    private double AgreedRate(IReadOnlyList<ReplicaAnswer?> answers, Func<ReplicaReport, double?> value)
    {
        double[] told =
        [
            .. answers.Select((_, id) => Rate(answers, id, value)).OfType<double>().OrderDescending()
        ];
        return told.Length == 0 ? 0 : told[Math.Min(faulty, told.Length - 1)];
    }

    private double? Rate(IReadOnlyList<ReplicaAnswer?> answers, int id, Func<ReplicaReport, double?> value) =>
        Rate(answers, _before, id, value);

    /// <summary>
    /// Growth by seconds since the answer before; null if the process is another one, or nothing is new.
    /// </summary>
    private static double? Rate(
        IReadOnlyList<ReplicaAnswer?> answers, IReadOnlyList<ReplicaAnswer?> before, int id,
        Func<ReplicaReport, double?> value)
    {
        if (answers[id] is not { } now || id >= before.Count || before[id] is not { } then) return null;
        double seconds = Stopwatch.GetElapsedTime(then.At, now.At).TotalSeconds;
        if (seconds <= 0 || now.Report.Pid != then.Report.Pid) return null;
        return value(now.Report) - value(then.Report) is { } grown
            ? Math.Min(RateMax, Math.Max(0, grown) / seconds) : null;
    }

    private static double? Rejected(ReplicaReport report) =>
        report.Rejected.Values.Sum(static count => (double)Math.Max(0, count));

    private static bool IsReason(string reason) =>
        reason.Length is > 0 and <= ReasonLengthMax && reason.All(static c => char.IsAsciiLetterLower(c) || c == '_');
}
