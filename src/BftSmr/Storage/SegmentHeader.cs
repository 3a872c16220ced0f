using System.Buffers.Binary;
using BftCloud.Primitives;

namespace BftSmr.Storage;

/// <summary>
/// The first <see cref="Size"/> bytes of a log segment. A file gets its segment's name only when these, and the first
/// records, are on disk.
/// </summary>
internal readonly record struct SegmentHeader
{
    public const int Size = 64;

    /// <summary>The value of <see cref="Base"/> in a segment that merely continues the one before.</summary>
    public const long Continues = -1;

    /// <summary>The segment's number, from 1; also in its name.</summary>
    public required long Number { get; init; }

    /// <summary>
    /// Random; repeated in every record, so that nothing left from an earlier use of the file, nor anything inside a
    /// record, can be taken for a record.
    /// </summary>
    public required ulong Salt { get; init; }

    /// <summary>
    /// Once the checkpoint of this instance is stable, this segment and those after it are all that is needed; or
    /// <see cref="Continues"/>.
    /// </summary>
    public required long Base { get; init; }

    /// <summary>
    /// This segment repeats what counts of the segments from this one on, which are to be ignored; its own number if
    /// there are none.
    /// </summary>
    public required long Supersedes { get; init; }

    /// <summary>
    /// The segment before it, 0 if there was none; and where that one ended: all of it up to there was on disk.
    /// </summary>
    public required long Previous { get; init; }

    public required long PreviousEnd { get; init; }

    /// <summary>Everything before this offset was on disk when the file got its name.</summary>
    public required uint InitialEnd { get; init; }

    /// <summary>Whose log it is: <see cref="DataOwner.Tag"/>.</summary>
    public required uint Owner { get; init; }

    /// <summary>5: the header names the owner.</summary>
    private const byte Version = 5;

    private static ReadOnlySpan<byte> Magic => "BFTWAL\0"u8;

    public void Write(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        bytes[Magic.Length] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Number);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], Salt);
        BinaryPrimitives.WriteInt64BigEndian(bytes[24..], Base);
        BinaryPrimitives.WriteInt64BigEndian(bytes[32..], Supersedes);
        BinaryPrimitives.WriteInt64BigEndian(bytes[40..], Previous);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[48..], checked((uint)PreviousEnd));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[52..], InitialEnd);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[56..], Owner);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[60..], Crc32C.Append(0, bytes[..60]));
    }

    /// <summary>False if these bytes are no segment header, or a damaged one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (!IsIntact(bytes) || bytes[Magic.Length] != Version) return false;
        header = new SegmentHeader
        {
            Number = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]),
            Salt = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            Base = BinaryPrimitives.ReadInt64BigEndian(bytes[24..]),
            Supersedes = BinaryPrimitives.ReadInt64BigEndian(bytes[32..]),
            Previous = BinaryPrimitives.ReadInt64BigEndian(bytes[40..]),
            PreviousEnd = BinaryPrimitives.ReadUInt32BigEndian(bytes[48..]),
            InitialEnd = BinaryPrimitives.ReadUInt32BigEndian(bytes[52..]),
            Owner = BinaryPrimitives.ReadUInt32BigEndian(bytes[56..]),
        };
        return true;
    }

    /// <summary>Whether this is an intact header whose segment this version cannot read.</summary>
    public static bool IsOfAnotherVersion(ReadOnlySpan<byte> bytes) =>
        IsIntact(bytes) && bytes[Magic.Length] != Version;

    private static bool IsIntact(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Size
            && bytes.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[60..]) == Crc32C.Append(0, bytes[..60]);
}
