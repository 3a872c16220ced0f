using BftCloud.Primitives;

namespace Memcache.Server.Store;

/// <summary>
/// Items as pieces of blocks. Blocks are filled from their beginning, one after the other, and freed as a whole: there
/// are no classes of sizes that could be left with the wrong share of the memory. An item that is too long for the rest
/// of a block goes on in the next ones.
/// <para>Invariants: all pieces of an item are alive, or all are dead; a block's <see cref="BlockState.Live"/> is the
/// sum of its living pieces; a block with living pieces or pins is not free.</para>
/// </summary>
internal sealed unsafe class ItemLog(Arena arena)
{
    /// <summary>Shorter items are not divided: what they leave of a block is not worth a second piece.</summary>
    private const int DividedBytesMin = 4096;

    /// <summary>The least of a value that goes into the rest of a block.</summary>
    private const int BeginningBytesMin = 256;

    private const int ContinuationBytesMax = Arena.BlockBytes - Piece.ContinuationHeaderBytes;

    /// <summary>New items, which wait to be asked for.</summary>
    public BlockQueue Probation { get; } = new(arena, BlockUse.Probation);

    /// <summary>Items that were asked for.</summary>
    public BlockQueue Main { get; } = new(arena, BlockUse.Main);

    /// <summary>The block that is being emptied, which is freed by its owner only; -1 if none is.</summary>
    public int Emptied { get; set; } = -1;

    /// <summary>Bytes of living pieces.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The first piece of an item.</summary>
    public ref Piece At(uint item) => ref *(Piece*)arena.At(item);

    public ReadOnlySpan<byte> KeyOf(uint item)
    {
        byte* piece = arena.At(item);
        return new ReadOnlySpan<byte>(piece + Piece.HeaderBytes, ((Piece*)piece)->KeyLength);
    }

    /// <summary>The queue whose blocks hold the item.</summary>
    public BlockQueue QueueOf(uint item) =>
        arena[Arena.BlockOf(item)].Use == BlockUse.Main ? Main : Probation;

    /// <summary>The most blocks that an item may open.</summary>
    public static int BlocksFor(int keyLength, int valueLength) =>
        1 + (Piece.HeaderBytes + keyLength + valueLength) / ContinuationBytesMax;

    /// <summary>Whether an item does not fit into the open block as a whole.</summary>
    public static bool NeedsBlocks(BlockQueue queue, int keyLength, int valueLength) =>
        Arena.Rounded(Piece.HeaderBytes + keyLength + valueLength) > queue.Room;

    /// <summary>
    /// Room for an item, or 0 if there are not enough free blocks. It is <see cref="PieceKind.Reserved"/>; its lengths
    /// are set, and nothing else.
    /// </summary>
    public uint TryAllocate(BlockQueue queue, int keyLength, int valueLength)
    {
        int left = Piece.HeaderBytes + keyLength + valueLength, whole = Arena.Rounded(left);
        bool divides = whole > queue.Room && whole > DividedBytesMin
            && queue.Room >= Piece.HeaderBytes + keyLength + BeginningBytesMin;
        int beyond = whole <= queue.Room ? 0 : left - (divides ? queue.Room : Arena.BlockBytes);
        int blocks = (whole <= queue.Room || divides ? 0 : 1)
            + Math.Max(0, (beyond + ContinuationBytesMax - 1) / ContinuationBytesMax);
        if (blocks > arena.FreeBlocks) return 0;
        if (whole > queue.Room && !divides) queue.OpenNext();
        int first = Math.Min(whole, queue.Room);
        uint item = Append(queue, first, PieceKind.Reserved), last = item;
        ref Piece head = ref At(item);
        (head.KeyLength, head.ValueLength) = ((byte)keyLength, valueLength);
        for (left -= first; left > 0;)
        {
            queue.OpenNext();
            int length = Math.Min(left, ContinuationBytesMax);
            uint next = Append(queue, Arena.Rounded(length + Piece.ContinuationHeaderBytes), PieceKind.Continuation);
            At(next).NextInSlot = item;
            At(last).NextPiece = next;
            last = next;
            left -= length;
        }
        return item;
    }

    /// <summary>Nothing refers to the item any more. Its blocks are freed if nothing else is in them.</summary>
    public void Kill(uint item)
    {
        for (uint piece = item; piece != 0;)
        {
            ref Piece header = ref At(piece);
            ref BlockState block = ref arena[Arena.BlockOf(piece)];
            Invariant.Holds(header.Kind != PieceKind.Dead, "a piece dies once");
            header.Kind = PieceKind.Dead;
            block.Live -= header.Bytes;
            LiveBytes -= header.Bytes;
            Invariant.Holds(block.Live >= 0, "a block has no less than nothing");
            uint next = header.NextPiece;
            FreeIfEmpty(Arena.BlockOf(piece));
            piece = next;
        }
    }

    /// <summary>
    /// What the item's blocks hold stays there until <see cref="Unpin"/>, whatever becomes of the item.
    /// </summary>
    public void Pin(uint item)
    {
        for (uint piece = item; piece != 0; piece = At(piece).NextPiece) arena[Arena.BlockOf(piece)].Pins++;
    }

    /// <summary>Ends a <see cref="Pin"/>.</summary>
    public void Unpin(uint item)
    {
        for (uint piece = item; piece != 0;)
        {
            uint next = At(piece).NextPiece;
            int block = Arena.BlockOf(piece);
            Invariant.Holds(arena[block].Pins > 0, "what is let go was held");
            arena[block].Pins--;
            FreeIfEmpty(block);
            piece = next;
        }
    }

    /// <summary>Whether a connection holds the item's first block.</summary>
    public bool IsPinned(uint item) => arena[Arena.BlockOf(item)].Pins > 0;

    /// <summary>Copies part of an item's value.</summary>
    public void Read(uint item, int offset, Span<byte> into)
    {
        for (uint piece = item; !into.IsEmpty; piece = At(piece).NextPiece)
        {
            Span<byte> part = ValueIn(piece, piece == item);
            if (offset >= part.Length)
            {
                offset -= part.Length;
                continue;
            }
            part = part[offset..];
            int length = Math.Min(part.Length, into.Length);
            part[..length].CopyTo(into);
            into = into[length..];
            offset = 0;
        }
    }

    /// <summary>Sets part of an item's value.</summary>
    public void Write(uint item, int offset, ReadOnlySpan<byte> from)
    {
        for (uint piece = item; !from.IsEmpty; piece = At(piece).NextPiece)
        {
            Span<byte> part = ValueIn(piece, piece == item);
            if (offset >= part.Length)
            {
                offset -= part.Length;
                continue;
            }
            part = part[offset..];
            int length = Math.Min(part.Length, from.Length);
            from[..length].CopyTo(part);
            from = from[length..];
            offset = 0;
        }
    }

    /// <summary>Copies an item's whole value into another's, from a place of it on.</summary>
    public void Copy(uint from, uint to, int at)
    {
        int left = At(from).ValueLength;
        for (uint piece = from; left > 0; piece = At(piece).NextPiece)
        {
            Span<byte> part = ValueIn(piece, piece == from);
            if (part.Length > left) part = part[..left];
            Write(to, at, part);
            at += part.Length;
            left -= part.Length;
        }
    }

    public void SetKey(uint item, ReadOnlySpan<byte> key) =>
        key.CopyTo(new Span<byte>(arena.At(item) + Piece.HeaderBytes, key.Length));

    /// <summary>The value's bytes in its first piece: all of them, if the item is not divided.</summary>
    public Span<byte> ValueIn(uint piece, bool isFirst)
    {
        Piece* header = (Piece*)arena.At(piece);
        int start = isFirst ? Piece.HeaderBytes + header->KeyLength : Piece.ContinuationHeaderBytes;
        return new Span<byte>((byte*)header + start, header->Bytes - start);
    }

    /// <summary>
    /// Ends all items. Those of pinned blocks end too, but what they hold stays, and so do items that were reserved.
    /// </summary>
    public void Clear()
    {
        for (int i = 0; i < arena.Blocks; i++)
        {
            if (arena[i].Pins > 0) KillAllOf(i);
        }
        for (int i = 0; i < arena.Blocks; i++)
        {
            ref BlockState block = ref arena[i];
            if (block.Pins > 0 || block.Use is not (BlockUse.Probation or BlockUse.Main)) continue;
            LiveBytes -= block.Live;
            block.Live = 0;
            FreeIfEmpty(i);
        }
    }

    private void KillAllOf(int block)
    {
        for (int offset = 0; offset < arena[block].Used;)
        {
            uint piece = Arena.ReferenceOf(block, offset);
            offset += At(piece).Bytes;
            if (OwnerOf(piece) is var item and not 0) Kill(item);
        }
    }

    /// <summary>The item that keys find and that the piece belongs to, or 0.</summary>
    public uint OwnerOf(uint piece)
    {
        uint item = At(piece).Kind == PieceKind.Continuation ? At(piece).NextInSlot : piece;
        return At(piece).Kind != PieceKind.Dead && At(item).Kind == PieceKind.Item ? item : 0;
    }

    /// <summary>Frees a block of items in which nothing lives and that no connection holds.</summary>
    public void FreeIfEmpty(int block)
    {
        ref BlockState state = ref arena[block];
        if (state.Live > 0 || state.Pins > 0 || block == Emptied) return;
        (state.Use == BlockUse.Main ? Main : Probation).Free(block);
    }

    private uint Append(BlockQueue queue, int bytes, PieceKind kind)
    {
        ref BlockState block = ref arena[queue.Open];
        uint piece = Arena.ReferenceOf(queue.Open, block.Used);
        block.Used += bytes;
        block.Live += bytes;
        LiveBytes += bytes;
        Invariant.Holds(block.Used <= Arena.BlockBytes, "a piece ends with its block");
        At(piece) = new Piece { Units = (ushort)(bytes / Arena.UnitBytes), Kind = kind };
        return piece;
    }
}
