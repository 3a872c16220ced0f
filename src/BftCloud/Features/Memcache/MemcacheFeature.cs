using Memcache.Client;

namespace BftCloud.Features.Memcache;

/// <summary>The cache server for clients of memcached, and a client of it.</summary>
internal static class MemcacheFeature
{
    public const string Name = "memcache";

    public static Feature Value { get; } = new(Name)
    {
        Verbs = MemcacheCommand.Create,
        BenchVerb = MemcacheBenchCommand.Create,
        Failures = static () => [typeof(MemcacheException)],
    };
}
