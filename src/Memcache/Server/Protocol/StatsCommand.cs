using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>stats.</summary>
internal static class StatsCommand
{
    /// <summary>Room for all that one of them says.</summary>
    public const int ReplyBytesMax = 12 << 10;

    public static void Execute(Exchange exchange, in Tokens tokens)
    {
        StatLines lines = new(exchange.Output);
        ReadOnlySpan<byte> what = tokens.Count > 1 ? tokens[1] : [];
        if (what.IsEmpty)
        {
            exchange.Server.WriteGeneral(lines);
            Counters(lines, exchange.Store);
        }
        else if (what.SequenceEqual("reset"u8))
        {
            exchange.Store.Counters.Reset();
            exchange.Reply("RESET"u8);
            return;
        }
        else if (what.SequenceEqual("settings"u8))
        {
            exchange.Server.WriteSettings(lines);
        }
        else if (what.SequenceEqual("conns"u8))
        {
            exchange.Server.WriteConnections(lines);
        }
        else if (what.SequenceEqual("items"u8))
        {
            Items(lines, exchange.Store);
        }
        else if (what.SequenceEqual("slabs"u8))
        {
            Memory(lines, exchange.Store);
        }
        else if (!what.SequenceEqual("sizes"u8))
        {
            exchange.Reply(Texts.Error);
            return;
        }
        exchange.Reply("END"u8);
    }

    private static void Counters(StatLines lines, CacheStore store)
    {
        CacheCounters counters = store.Counters;
        lines.Add("cmd_get"u8, counters.Gets);
        lines.Add("cmd_set"u8, counters.Sets);
        lines.Add("cmd_flush"u8, counters.Flushes);
        lines.Add("cmd_touch"u8, counters.Touches);
        lines.Add("cmd_meta"u8, counters.Metas);
        lines.Add("get_hits"u8, counters.GetHits);
        lines.Add("get_misses"u8, counters.GetMisses);
        lines.Add("get_expired"u8, counters.GetExpired);
        lines.Add("delete_misses"u8, counters.DeleteMisses);
        lines.Add("delete_hits"u8, counters.DeleteHits);
        lines.Add("incr_misses"u8, counters.IncrementMisses);
        lines.Add("incr_hits"u8, counters.IncrementHits);
        lines.Add("decr_misses"u8, counters.DecrementMisses);
        lines.Add("decr_hits"u8, counters.DecrementHits);
        lines.Add("cas_misses"u8, counters.CasMisses);
        lines.Add("cas_hits"u8, counters.CasHits);
        lines.Add("cas_badval"u8, counters.CasMismatches);
        lines.Add("touch_hits"u8, counters.TouchHits);
        lines.Add("touch_misses"u8, counters.TouchMisses);
        lines.Add("store_too_large"u8, counters.TooLarge);
        lines.Add("store_no_memory"u8, counters.NoMemory);
        lines.Add("auth_cmds"u8, counters.AuthAttempts);
        lines.Add("auth_errors"u8, counters.AuthErrors);
        lines.Add("conn_yields"u8, counters.Yields);
        lines.Add("limit_maxbytes"u8, store.Options.Bytes);
        lines.Add("hash_bytes"u8, store.TableBytes);
        lines.Add("bytes"u8, store.ItemBytes);
        lines.Add("curr_items"u8, store.Count);
        lines.Add("total_items"u8, counters.ItemsTotal);
        lines.Add("expired_unfetched"u8, counters.ExpiredUnfetched);
        lines.Add("evicted_unfetched"u8, counters.EvictedUnfetched);
        lines.Add("evictions"u8, counters.Evictions);
        lines.Add("reclaimed"u8, counters.Reclaimed);
    }

    private static void Items(StatLines lines, CacheStore store)
    {
        lines.Add("items:1:number"u8, store.Count);
        lines.Add("items:1:evicted"u8, store.Counters.Evictions);
        lines.Add("items:1:evicted_unfetched"u8, store.Counters.EvictedUnfetched);
        lines.Add("items:1:reclaimed"u8, store.Counters.Reclaimed);
        lines.Add("items:1:expired_unfetched"u8, store.Counters.ExpiredUnfetched);
        lines.Add("items:1:promoted"u8, store.Counters.Promoted);
        lines.Add("items:1:spared"u8, store.Counters.Spared);
        lines.Add("items:1:outofmemory"u8, store.Counters.NoMemory);
    }

    private static void Memory(StatLines lines, CacheStore store)
    {
        (int probation, int main) = store.QueueBlocks;
        lines.Add("block_bytes"u8, Arena.BlockBytes);
        lines.Add("probation_blocks"u8, probation);
        lines.Add("main_blocks"u8, main);
        lines.Add("blocks_compacted"u8, store.Counters.Compacted);
        lines.Add("active_slabs"u8, 1);
        lines.Add("total_malloced"u8, store.UsedBytes);
    }
}
