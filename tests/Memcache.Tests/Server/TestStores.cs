using Memcache.Server.Store;

namespace Memcache.Tests.Server;

/// <summary>Stores with a secret that is none.</summary>
internal static class TestStores
{
    public const uint Start = 1_700_000_000;

    public static CacheStore Of(long bytes, int itemBytesMax = 1 << 20, bool evicts = true) =>
        new(new StoreOptions { Bytes = bytes, ItemBytesMax = itemBytesMax, Evicts = evicts, HashKey = (3, 4) })
        {
            Now = Start,
        };
}
