namespace BftCloud.Bench;

/// <summary>What <c>bench</c> measured; printed as it is by <c>--json</c>.</summary>
/// <param name="Workload">kv or echo.</param>
/// <param name="Clients">Closed loops.</param>
/// <param name="RequestBytes">Bytes of a request's payload.</param>
/// <param name="ReplyBytes">Bytes of a reply's payload.</param>
/// <param name="Seconds">Length of the measurement, without the warm-up.</param>
/// <param name="Operations">Operations that completed in it.</param>
/// <param name="Errors">Operations that failed in it.</param>
/// <param name="OpsPerSecond">Operations by seconds.</param>
/// <param name="LatencyMs">How long operations took, milliseconds.</param>
/// <param name="Replicas">What each replica used; null where its process is not on this machine.</param>
/// <param name="Histogram">How long operations took, for charts; null in reports of earlier versions.</param>
/// <param name="Timeline">What happened when, for charts; null in reports of earlier versions.</param>
internal sealed record BenchReport(
    string Workload, int Clients, int RequestBytes, int ReplyBytes, double Seconds, long Operations, long Errors,
    double OpsPerSecond,
    BenchLatency LatencyMs, IReadOnlyList<BenchReplica> Replicas,
    IReadOnlyList<BenchBin>? Histogram = null, BenchTimeline? Timeline = null);

/// <summary>Latencies, milliseconds.</summary>
internal sealed record BenchLatency(double P50, double P90, double P99, double P999, double Max);

/// <summary>Operations of about the same latency.</summary>
/// <param name="FromMs">They took at least so long, milliseconds.</param>
/// <param name="ToMs">They took less than that.</param>
/// <param name="Operations">How many.</param>
internal sealed record BenchBin(double FromMs, double ToMs, long Operations);

/// <summary>The measurement in pieces of time, at most <see cref="BenchRecorder.PiecesMax"/>.</summary>
/// <param name="Seconds">The end of each piece, from the begin of the measurement.</param>
/// <param name="OpsPerSecond">Operations that completed in it, by seconds.</param>
/// <param name="Replicas">What each replica used in it.</param>
internal sealed record BenchTimeline(
    IReadOnlyList<double> Seconds, IReadOnlyList<double> OpsPerSecond, IReadOnlyList<BenchReplicaTimeline> Replicas);

/// <summary>What a replica used in each piece of time; null where that is not known.</summary>
/// <param name="Id">The replica.</param>
/// <param name="CpuPercent">Of one processor.</param>
/// <param name="RssMiB">Memory that it held at the end of the piece, MiB.</param>
internal sealed record BenchReplicaTimeline(
    int Id, IReadOnlyList<double?> CpuPercent, IReadOnlyList<double?> RssMiB);

/// <summary>What a replica used during the measurement.</summary>
/// <param name="Id">The replica.</param>
/// <param name="CpuSeconds">Processor time, seconds.</param>
/// <param name="RssMiB">The most memory it was seen to hold, MiB.</param>
internal sealed record BenchReplica(int Id, double? CpuSeconds, double? RssMiB);
