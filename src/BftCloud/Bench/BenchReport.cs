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
internal sealed record BenchReport(
    string Workload, int Clients, int RequestBytes, int ReplyBytes, double Seconds, long Operations, long Errors,
    double OpsPerSecond,
    BenchLatency LatencyMs, IReadOnlyList<BenchReplica> Replicas);

/// <summary>Latencies, milliseconds.</summary>
internal sealed record BenchLatency(double P50, double P90, double P99, double P999, double Max);

/// <summary>What a replica used during the measurement.</summary>
/// <param name="Id">The replica.</param>
/// <param name="CpuSeconds">Processor time, seconds.</param>
/// <param name="RssMiB">The most memory it was seen to hold, MiB.</param>
internal sealed record BenchReplica(int Id, double? CpuSeconds, double? RssMiB);
