using BuggyCopies;

namespace Memcache.Tests.PlantedBugs;

/// <summary>The planted bugs of the store and of the sessions.</summary>
internal static class PlantedBugList
{
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("expiry is compared the wrong way", "Store/Evictor.cs",
            "item.ExpiresAt != 0 && item.ExpiresAt <= Now", "item.ExpiresAt != 0 && item.ExpiresAt >= Now", "model"),
        new("an item lives a second too long", "Store/Evictor.cs",
            "item.ExpiresAt <= Now", "item.ExpiresAt < Now", "model"),
        new("CAS values are used again", "Store/CacheStore.cs",
            "cas == 0 ? ++_lastCas : cas", "cas == 0 ? _lastCas | 1 : cas", "model"),
        new("the CAS value is not compared", "Store/CacheStore.cs",
            "case StoreMode.Cas when write.Compare == current || IsOlder(write, current):",
            "case StoreMode.Cas when write.Compare > 0:", "model"),
        new("append has room for what is added alone", "Store/CacheStore.cs",
            "length += _log.At(old).ValueLength;", "length += 0;", "model"),
        new("quiet mode swallows errors", "Protocol/MetaSetCommand.cs",
            "if (result == StoreResult.Stored && exchange.NoReply) return;", "if (exchange.NoReply) return;", "model"),
        new("noreply is answered", "Protocol/Exchange.cs", "if (NoReply) return;", "", "model"),
        new("a value overwrites one of another length", "Store/CacheStore.cs",
            "header.ValueLength = value.Length;", "", "model"),
        new("a delayed flush is forgotten", "Store/CacheStore.cs",
            "if (_clearAt != 0 && value >= _clearAt) Clear();", "", "model"),
        new("a number that grows keeps its old length", "Store/CacheStore.cs",
            "if (digits.Length > header.ValueLength || _log.IsPinned(item))", "if (_log.IsPinned(item))", "model"),
        new("memory is counted without what blocks need", "Store/Arena.cs",
            "(int)(bytes / (BlockBytes + Unsafe.SizeOf<BlockState>()))", "(int)(bytes / BlockBytes) + 8", "pressure"),
        new("what is pinned is freed", "Store/ItemLog.cs",
            "if (state.Live > 0 || state.Pins > 0 || block == Emptied) return;",
            "if (state.Live > 0 || block == Emptied) return;", "slow readers"),
        new("a value that moves loses its last piece", "Store/ItemLog.cs",
            "int left = At(from).ValueLength;", "int left = Math.Min(At(from).ValueLength, 4000);", "pressure"),
        new("a moved item is not linked", "Store/Evictor.cs", "index.Link(moved);", "", "pressure"),
        new("a new slot takes all items of another", "Store/SlotTable.cs",
            "bool moves = (item->Hash & ((_mask << 1) | 1)) == added;", "bool moves = true;", "many keys"),
        new("without evictions something is evicted", "Store/Evictor.cs",
            "if (!options.Evicts) return false;", "", "no evictions"),
        new("a deleted item leaves no room", "Store/ItemLog.cs", "block.Live -= header.Bytes;", "", "no evictions"),
    ];
}
