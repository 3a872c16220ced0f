namespace BftCloud.Features.Memcache;

/// <summary>What a benchmark of caches found.</summary>
/// <param name="Seconds">How long it measured.</param>
/// <param name="Operations">Gets and sets that were answered.</param>
/// <param name="OperationsPerSecond">The same for a second.</param>
/// <param name="Gets">Gets among them.</param>
/// <param name="HitShare">The share of gets that found a value.</param>
/// <param name="Errors">Operations that failed.</param>
/// <param name="P50Micros">Half of the operations took no longer.</param>
/// <param name="P99Micros">99 of 100 took no longer.</param>
/// <param name="P999Micros">999 of 1,000 took no longer.</param>
/// <param name="MaxMicros">The longest.</param>
internal sealed record MemcacheBenchReport(
    double Seconds, long Operations, double OperationsPerSecond, long Gets, double HitShare, long Errors,
    long P50Micros, long P99Micros, long P999Micros, long MaxMicros);
