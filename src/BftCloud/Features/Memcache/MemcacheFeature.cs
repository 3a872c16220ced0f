namespace BftCloud.Features.Memcache;

/// <summary>The cache server for clients of memcached.</summary>
internal static class MemcacheFeature
{
    public const string Name = "memcache";

    public static Feature Value { get; } = new(Name) { Verbs = MemcacheCommand.Create };
}
