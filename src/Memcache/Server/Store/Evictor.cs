namespace Memcache.Server.Store;

/// <summary>
/// Makes room, as S3-FIFO does (Yang et al., SOSP 2023), over blocks instead of single items. New items are on
/// probation, in a tenth of the memory. An item that is asked for there is moved to the main queue when its block is
/// emptied; the others are evicted, and their hashes remembered. An item of the main queue that was asked for since it
/// was last spared is spared again. A scan passes through probation and leaves the main queue alone.
/// <para>A block that is half dead is emptied first, and its living items stay. What one call may move is bounded: then
/// items are evicted whatever their uses.</para>
/// </summary>
internal sealed class Evictor(Arena arena, ItemLog log, ItemIndex index, CacheCounters counters, StoreOptions options)
{
    /// <summary>Of the blocks that hold items, one of so many is for probation.</summary>
    private const int ProbationShare = 10;

    private const int UsesToPromote = 1;

    /// <summary>What a call moves before it evicts without regard.</summary>
    private const int MovedBytesMax = 8 * Arena.BlockBytes;

    /// <summary>Blocks that are looked at for one that is half dead.</summary>
    private const int BlocksLookedAt = 16;

    /// <summary>Blocks that are emptied in vain, for instance because all are pinned.</summary>
    private const int FailuresMax = 256;

    private readonly int _reserve = Math.Clamp(
        ItemLog.BlocksFor(0, options.ItemBytesMax) + 1, 2, Math.Max(2, arena.Blocks / 32));

    private int _looking, _crawling;
    private int _moved;

    /// <summary>Seconds since 1970.</summary>
    public uint Now { get; set; }

    /// <summary>
    /// Makes so many blocks free, and keeps some more for items that move. False if pinned blocks, or items that must
    /// not be evicted, leave too few.
    /// </summary>
    public bool MakeFree(int blocks)
    {
        if (arena.FreeBlocks >= blocks + _reserve) return true;
        _moved = 0;
        for (int failures = 0; arena.FreeBlocks < blocks + _reserve;)
        {
            int before = arena.FreeBlocks;
            if (!TryEmptyOne() || ++failures > FailuresMax) break;
            if (arena.FreeBlocks > before) failures = 0;
        }
        return arena.FreeBlocks >= blocks + _reserve;
    }

    /// <summary>Whether an item's time is over.</summary>
    public bool IsExpired(in Piece item) => item.ExpiresAt != 0 && item.ExpiresAt <= Now;

    /// <summary>Counts an item whose time is over, and ends it.</summary>
    public void Reclaim(uint item)
    {
        counters.Reclaimed++;
        if (!log.At(item).Has(ItemMarks.Fetched)) counters.ExpiredUnfetched++;
        index.Unlink(item);
        log.Kill(item);
    }

    /// <summary>Ends the items of so many blocks whose time is over; begins where it ended.</summary>
    public void Crawl(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            _crawling = (_crawling + 1) % arena.Blocks;
            if (arena[_crawling].Use is not (BlockUse.Probation or BlockUse.Main)) continue;
            log.Emptied = _crawling;
            for (int offset = 0; offset < arena[_crawling].Used;)
            {
                uint piece = Arena.ReferenceOf(_crawling, offset);
                ref Piece header = ref log.At(piece);
                offset += header.Bytes;
                if (header.Kind == PieceKind.Item && IsExpired(header)) Reclaim(piece);
            }
            log.Emptied = -1;
            log.FreeIfEmpty(_crawling);
        }
    }

    private bool TryEmptyOne()
    {
        int sparse = Sparse();
        if (sparse >= 0)
        {
            counters.Compacted++;
            Empty(sparse, keeps: true);
            return true;
        }
        if (!options.Evicts) return false;
        if (Next() is not { } queue) return false;
        Empty(queue.Oldest, keeps: false);
        return true;
    }

    /// <summary>The queue whose oldest block is due; null if there is none.</summary>
    private BlockQueue? Next()
    {
        BlockQueue small = log.Probation, main = log.Main;
        bool fromSmall = small.Count * ProbationShare > small.Count + main.Count || main.Count == 0;
        BlockQueue queue = fromSmall && small.Count > 0 ? small : main;
        if (queue.Oldest < 0) queue.Seal();
        if (queue.Oldest >= 0) return queue;
        queue = queue == small ? main : small;
        if (queue.Oldest < 0) queue.Seal();
        return queue.Oldest < 0 ? null : queue;
    }

    /// <summary>A block of which half is dead, or, where nothing is evicted, the one with the most dead; -1: none.
    /// </summary>
    private int Sparse()
    {
        long filled = (long)(log.Probation.Count + log.Main.Count) * Arena.BlockBytes;
        if (options.Evicts && log.LiveBytes > filled * 3 / 4) return -1;
        int looks = options.Evicts ? BlocksLookedAt : arena.Blocks;
        int best = -1, bestLive = options.Evicts ? Arena.BlockBytes / 2 : Arena.BlockBytes * 7 / 8;
        for (int i = 0; i < looks; i++)
        {
            _looking = (_looking + 1) % arena.Blocks;
            ref BlockState block = ref arena[_looking];
            bool isFilled = block.Use is BlockUse.Probation or BlockUse.Main && block.Pins == 0
                && _looking != log.Probation.Open && _looking != log.Main.Open;
            if (isFilled && block.Live < bestLive) (best, bestLive) = (_looking, block.Live);
        }
        return best;
    }

    private void Empty(int block, bool keeps)
    {
        BlockQueue queue = arena[block].Use == BlockUse.Main ? log.Main : log.Probation;
        log.Emptied = block;
        for (int offset = 0; offset < arena[block].Used;)
        {
            uint piece = Arena.ReferenceOf(block, offset);
            offset += log.At(piece).Bytes;
            if (log.OwnerOf(piece) is var item and not 0) Settle(item, queue, keeps);
        }
        log.Emptied = -1;
        if (arena[block].Live == 0 && arena[block].Pins == 0) queue.Free(block);
        else queue.MoveToEnd(block);
    }

    /// <summary>Moves an item out of the block that is emptied, or ends it.</summary>
    private void Settle(uint item, BlockQueue queue, bool keeps)
    {
        ref Piece header = ref log.At(item);
        if (IsExpired(header))
        {
            Reclaim(item);
            return;
        }
        if (keeps)
        {
            TryMove(item, queue, header.Uses);
            return;
        }
        bool isMain = queue.Use == BlockUse.Main;
        if (_moved < MovedBytesMax && header.Uses >= (isMain ? 1 : UsesToPromote)
            && TryMove(item, log.Main, isMain ? header.Uses - 1 : 0))
        {
            if (isMain) counters.Spared++;
            else counters.Promoted++;
            return;
        }
        counters.Evictions++;
        if (!header.Has(ItemMarks.Fetched)) counters.EvictedUnfetched++;
        if (!isMain) index.Remember(header.Hash);
        index.Unlink(item);
        log.Kill(item);
    }

    private bool TryMove(uint item, BlockQueue queue, int uses)
    {
        Piece from = log.At(item);
        uint moved = log.TryAllocate(queue, from.KeyLength, from.ValueLength);
        if (moved == 0) return false;
        ref Piece to = ref log.At(moved);
        to.Marks = from.Marks;
        to.Kind = PieceKind.Reserved;
        to.Uses = uses;
        (to.Hash, to.Cas, to.Flags) = (from.Hash, from.Cas, from.Flags);
        (to.ExpiresAt, to.AccessedAt) = (from.ExpiresAt, from.AccessedAt);
        log.SetKey(moved, log.KeyOf(item));
        log.Copy(item, moved, 0);
        _moved += to.Bytes;
        index.Unlink(item);
        log.Kill(item);
        index.Link(moved);
        return true;
    }
}
