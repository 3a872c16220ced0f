using BftCloud.Primitives;

namespace Memcache.Server.Store;

/// <summary>
/// Finds items by their keys. Every item of kind <see cref="PieceKind.Item"/> is in it, and no other.
/// </summary>
internal sealed class ItemIndex(Arena arena, ItemLog log)
{
    private readonly SlotTable _slots = new(arena);

    /// <summary>Items that keys find.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of the hash table.</summary>
    public long TableBytes => _slots.Bytes;

    /// <summary>There are more items than slots.</summary>
    public bool IsFull => Count >= _slots.Slots;

    /// <summary>To grow, the table needs a free block.</summary>
    public bool NeedsBlock => _slots.NeedsBlock;

    /// <summary>Adds a slot.</summary>
    public void Grow() => _slots.Grow();

    /// <summary>The item with this key, or 0.</summary>
    public uint Find(ReadOnlySpan<byte> key, uint hash)
    {
        for (uint item = _slots.Of(hash).First; item != 0; item = log.At(item).NextInSlot)
        {
            ref Piece header = ref log.At(item);
            if (header.Hash == hash && header.KeyLength == key.Length && log.KeyOf(item).SequenceEqual(key))
                return item;
        }
        return 0;
    }

    /// <summary>Lets an item be found that was reserved.</summary>
    public void Link(uint item)
    {
        ref Piece header = ref log.At(item);
        Invariant.Holds(header.Kind == PieceKind.Reserved, "an item is linked once");
        ref SlotTable.Slot slot = ref _slots.Of(header.Hash);
        header.Kind = PieceKind.Item;
        header.NextInSlot = slot.First;
        slot.First = item;
        Count++;
    }

    /// <summary>Takes an item out; its pieces are the caller's to end.</summary>
    public void Unlink(uint item)
    {
        ref Piece header = ref log.At(item);
        Invariant.Holds(header.Kind == PieceKind.Item, "an item that is taken out was in");
        ref SlotTable.Slot slot = ref _slots.Of(header.Hash);
        if (slot.First == item)
        {
            slot.First = header.NextInSlot;
        }
        else
        {
            uint before = slot.First;
            while (log.At(before).NextInSlot != item) before = log.At(before).NextInSlot;
            log.At(before).NextInSlot = header.NextInSlot;
        }
        Count--;
    }

    /// <summary>Remembers that an item with this hash was evicted before it was asked for.</summary>
    public void Remember(uint hash) => _slots.Of(hash).Ghost = hash;

    /// <summary>Whether such an item is remembered; it is forgotten by that.</summary>
    public bool Recall(uint hash)
    {
        ref SlotTable.Slot slot = ref _slots.Of(hash);
        if (slot.Ghost != hash) return false;
        slot.Ghost = 0;
        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _slots.Clear();
        Count = 0;
    }
}
