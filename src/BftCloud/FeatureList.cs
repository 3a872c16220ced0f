using BftCloud.Features;

namespace BftCloud;

/// <summary>Everything that the program offers beyond clusters themselves, a line each.</summary>
internal static class FeatureList
{
    /// <summary>In the order of the help. The first service is the one that clusters run by default.</summary>
    public static IReadOnlyList<Feature> All { get; } =
    [
        Features.Kv.KvFeature.Value,
        Features.Echo.EchoFeature.Value,
        Features.Counter.CounterFeature.Value,
        Features.DepSky.DepSkyFeature.Value,
        Features.Memcache.MemcacheFeature.Value,
    ];
}
