namespace Memcache.Server.Store;

/// <summary>What a cache has done since it was made, or since its counters were reset.</summary>
internal sealed class CacheCounters
{
    public long Gets, GetHits, GetMisses, GetExpired, GetFlushed;
    public long Sets, Touches, TouchHits, TouchMisses, Metas, Flushes;
    public long DeleteHits, DeleteMisses, IncrementHits, IncrementMisses, DecrementHits, DecrementMisses;
    public long CasHits, CasMisses, CasMismatches;
    public long TooLarge, NoMemory, AuthAttempts, AuthErrors, Yields;
    public long ItemsTotal, Evictions, EvictedUnfetched, Reclaimed, ExpiredUnfetched, Spared, Promoted, Compacted;

    /// <summary>Begins again.</summary>
    public void Reset()
    {
        Gets = GetHits = GetMisses = GetExpired = GetFlushed = 0;
        Sets = Touches = TouchHits = TouchMisses = Metas = Flushes = 0;
        DeleteHits = DeleteMisses = IncrementHits = IncrementMisses = DecrementHits = DecrementMisses = 0;
        CasHits = CasMisses = CasMismatches = 0;
        TooLarge = NoMemory = AuthAttempts = AuthErrors = Yields = 0;
        ItemsTotal = Evictions = EvictedUnfetched = Reclaimed = ExpiredUnfetched = Spared = Promoted = Compacted = 0;
    }
}
