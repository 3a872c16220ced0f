using System.CommandLine;

namespace BftCloud.Features.Memcache;

/// <summary><c>bftcloud memcache</c>: a cache that speaks memcached's protocol.</summary>
internal static class MemcacheCommand
{
    public static Command Create() => new(
        MemcacheFeature.Name, "A volatile cache within a fixed memory, for every client of memcached.")
    {
        MemcacheServeCommand.Create(),
    };
}
