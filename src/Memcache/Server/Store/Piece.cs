using System.Runtime.InteropServices;

namespace Memcache.Server.Store;

/// <summary>What a piece of a block holds.</summary>
internal enum PieceKind : byte
{
    /// <summary>Nothing any more.</summary>
    Dead = 0,

    /// <summary>The beginning of an item that keys find.</summary>
    Item = 1,

    /// <summary>The beginning of an item whose value has not come yet; no key finds it.</summary>
    Reserved = 2,

    /// <summary>More of an item that does not end in the block where it begins.</summary>
    Continuation = 3,
}

/// <summary>What is noted of an item, beside the kind of its first piece.</summary>
[Flags]
internal enum ItemMarks : byte
{
    None = 0,
    KindMask = 0b11,

    /// <summary>How often it was asked for since it came or was spared, 0 to 3.</summary>
    UsesMask = 0b1100,

    /// <summary>It was fetched.</summary>
    Fetched = 1 << 4,

    /// <summary>Another value is due, and this one may serve until it is there.</summary>
    Stale = 1 << 5,

    /// <summary>A client was told to make another value.</summary>
    Won = 1 << 6,

    /// <summary>Its key came in base64.</summary>
    BinaryKey = 1 << 7,
}

/// <summary>
/// The beginning of each piece of a block. Pieces follow each other without gaps. An item's first piece goes on with
/// the rest of this header, the key, and the value or the beginning of it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Piece
{
    public const int HeaderBytes = 40, ContinuationHeaderBytes = 16;

    private const int UsesShift = 2, UsesMax = 3;

    /// <summary>Length of the piece in units.</summary>
    public ushort Units;

    public ItemMarks Marks;

    public byte KeyLength;

    /// <summary>Where the item goes on; 0 if it ends here.</summary>
    public uint NextPiece;

    /// <summary>The next item of the same slot. Of a continuation: the item's first piece.</summary>
    public uint NextInSlot;

    /// <summary>The key's; not of a continuation.</summary>
    public uint Hash;

    public ulong Cas;

    /// <summary>The client's.</summary>
    public uint Flags;

    public int ValueLength;

    /// <summary>Seconds since 1970; 0: never.</summary>
    public uint ExpiresAt;

    /// <summary>Seconds since 1970.</summary>
    public uint AccessedAt;

    public PieceKind Kind
    {
        readonly get => (PieceKind)(Marks & ItemMarks.KindMask);
        set => Marks = (Marks & ~ItemMarks.KindMask) | (ItemMarks)value;
    }

    public int Uses
    {
        readonly get => (int)(Marks & ItemMarks.UsesMask) >> UsesShift;
        set => Marks = (Marks & ~ItemMarks.UsesMask) | (ItemMarks)(Math.Min(value, UsesMax) << UsesShift);
    }

    public readonly int Bytes => Units * Arena.UnitBytes;

    public readonly bool Has(ItemMarks mark) => (Marks & mark) != 0;

    public void Set(ItemMarks mark, bool value) => Marks = value ? Marks | mark : Marks & ~mark;
}
