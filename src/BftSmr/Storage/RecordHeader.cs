using System.Buffers.Binary;
using BftCloud.Primitives;

namespace BftSmr.Storage;

/// <summary>What a record of the log says.</summary>
internal enum RecordKind
{
    /// <summary>One record of the replica core.</summary>
    Core = 1,

    /// <summary>Nothing, but that all before it was on disk: written when the log is closed.</summary>
    Closed = 2,

    /// <summary>From here on votes may have been sent that the log does not have.</summary>
    VotesForgotten = 3,

    /// <summary>The core has settled where it may vote: from here on the log has every vote again.</summary>
    VotesLogged = 4,
}

/// <summary>
/// The <see cref="Size"/> bytes before a record's payload. Records begin at multiples of <see cref="Alignment"/>.
/// </summary>
internal readonly record struct RecordHeader
{
    public const int Size = 24;
    public const int Alignment = 8;

    /// <summary>Where the salt lies in the header.</summary>
    public const int SaltOffset = 8;

    public required int Length { get; init; }

    public required ulong Salt { get; init; }

    /// <summary>
    /// Everything in the segment before this offset was on disk when the record was written: what lies there cannot be
    /// torn, only damaged.
    /// </summary>
    public required uint DurableEnd { get; init; }

    public required RecordKind Kind { get; init; }

    /// <summary>What the record takes with its padding.</summary>
    public static long Space(long payload) => (Size + payload + (Alignment - 1)) & -Alignment;

    /// <summary>Writes the header in front of its payload; both are in <paramref name="record"/>.</summary>
    public void Write(Span<byte> record, long offset)
    {
        BinaryPrimitives.WriteInt32BigEndian(record[4..], Length);
        BinaryPrimitives.WriteUInt64BigEndian(record[SaltOffset..], Salt);
        BinaryPrimitives.WriteUInt32BigEndian(record[16..], DurableEnd);
        BinaryPrimitives.WriteInt32BigEndian(record[20..], (int)Kind);
        BinaryPrimitives.WriteUInt32BigEndian(record, Checksum(record[..(Size + Length)], offset));
    }

    /// <summary>Reads a header without its checksum. False if it cannot be one of this segment's at all.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ulong salt, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt64BigEndian(bytes[SaltOffset..]) != salt) return false;
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
        if (length < 0) return false;
        header = new RecordHeader
        {
            Length = length,
            Salt = salt,
            DurableEnd = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]),
            Kind = (RecordKind)BinaryPrimitives.ReadInt32BigEndian(bytes[20..]),
        };
        return true;
    }

    /// <summary>Whether header and payload are as they were written, and where.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> record, long offset) =>
        BinaryPrimitives.ReadUInt32BigEndian(record) == Checksum(record, offset);

    private static uint Checksum(ReadOnlySpan<byte> record, long offset)
    {
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(place, offset);
        return Crc32C.Append(Crc32C.Append(0, place), record[4..]);
    }
}
