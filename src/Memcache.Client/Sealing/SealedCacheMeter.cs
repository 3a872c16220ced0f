using System.Diagnostics.Metrics;

namespace Memcache.Client.Sealing;

/// <summary>Counters of all sealed caches of this process.</summary>
internal static class SealedCacheMeter
{
    public const string Name = "BftCloud.SealedCache";

    private static readonly Meter s_meter = new(Name);

    public static Counter<long> Hits { get; } = s_meter.CreateCounter<long>(
        "sealedcache.hits", description: "Values taken from the cache");

    public static Counter<long> Stale { get; } = s_meter.CreateCounter<long>(
        "sealedcache.stale", description: "Of these: older than asked for, while another reader renews them");

    public static Counter<long> Reads { get; } = s_meter.CreateCounter<long>(
        "sealedcache.reads", description: "Reads of the database");

    public static Counter<long> Forged { get; } = s_meter.CreateCounter<long>(
        "sealedcache.forged", description: "Values refused because their seal is wrong");

    public static Counter<long> Failures { get; } = s_meter.CreateCounter<long>(
        "sealedcache.failures", description: "Calls to the cache that failed");
}
