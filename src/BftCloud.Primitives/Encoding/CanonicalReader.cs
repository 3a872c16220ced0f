using System.Buffers.Binary;
using MessagePack;

namespace BftCloud.Primitives;

/// <summary>
/// Reads canonical MessagePack that a stranger may have written. The package's reader throws where the next element is
/// of another kind or is cut, and accepts longer forms than the shortest. So it is asked only for what stands there
/// whole, and what it read is measured. Every method returns false, and never throws, for bytes that are not there, not
/// of the kind asked for, longer than the shortest form, or beyond the bound given; it has then read nothing. Counts
/// are checked against both their bound and the bytes that remain: nothing is ever allocated on the sender's word.
/// Binaries are slices.
/// </summary>
internal ref struct CanonicalReader(ReadOnlyMemory<byte> source)
{
    /// <summary>The one code that begins no element.</summary>
    private const byte NeverUsed = 0xc1;

    private readonly ReadOnlyMemory<byte> _source = source;
    private readonly ReadOnlySpan<byte> _bytes = source.Span;
    private MessagePackReader _reader = new(source);

    public readonly int Position => (int)_reader.Consumed;

    public readonly int Remaining => _bytes.Length - Position;

    public readonly bool AtEnd => Position == _bytes.Length;

    /// <summary>The kind of what comes next; at the end <see cref="MessagePackType.Unknown"/>.</summary>
    public readonly MessagePackType Next => MessagePackCode.ToMessagePackType(NextCode);

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlyMemory<byte> Rest => _source[Position..];

    private readonly byte NextCode => AtEnd ? NeverUsed : _bytes[Position];

    /// <summary>What was read since an earlier position.</summary>
    public readonly ReadOnlyMemory<byte> Since(int start) => _source[start..Position];

    /// <summary>A number from 0 to <see cref="ulong.MaxValue"/>.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        int start = Position, size = UnsignedBytes(NextCode);
        value = 0;
        if (size == 0 || size > Remaining) return false;
        value = _reader.ReadUInt64();
        return size == 1 || MessagePackWriter.GetEncodedLength(value) == size || Back(start);
    }

    /// <summary>A number from 0 to <see cref="long.MaxValue"/>.</summary>
    public bool TryReadInt64(out long value)
    {
        int start = Position;
        bool read = TryReadUInt64(out ulong number);
        value = (long)number;
        return read && (value >= 0 || Back(start));
    }

    /// <summary>A number from 0 to <paramref name="max"/>.</summary>
    public bool TryReadInt32(int max, out int value)
    {
        int start = Position;
        bool read = TryReadUInt64(out ulong number);
        value = (int)number;
        return read && (number <= (ulong)max || Back(start));
    }

    /// <summary>Any number that has a sign and 64 bits. Only negative ones have the forms with a sign.</summary>
    public bool TryReadInteger(out long value)
    {
        int start = Position, size = SignedBytes(NextCode);
        if (size == 0) return TryReadInt64(out value);
        value = 0;
        if (size > Remaining) return false;
        value = _reader.ReadInt64();
        return (value < 0 && MessagePackWriter.GetEncodedLength(value) == size) || Back(start);
    }

    /// <summary>A number within bounds.</summary>
    public bool TryReadInteger(long min, long max, out long value)
    {
        int start = Position;
        return TryReadInteger(out value) && ((value >= min && value <= max) || Back(start));
    }

    public bool TryReadBoolean(out bool value)
    {
        value = false;
        if (NextCode is not (MessagePackCode.True or MessagePackCode.False)) return false;
        value = _reader.ReadBoolean();
        return true;
    }

    /// <summary>Consumes a true if one comes next.</summary>
    public bool TryReadTrue() => NextCode == MessagePackCode.True && _reader.ReadBoolean();

    /// <summary>Consumes a nil if one comes next.</summary>
    public bool TryReadNil() => !AtEnd && _reader.TryReadNil();

    /// <summary>The header of an array of exactly <paramref name="count"/> elements.</summary>
    public bool TryReadArray(int count)
    {
        int start = Position;
        return TryReadArray(count, 0, out int found) && (found == count || Back(start));
    }

    /// <summary>The header of an array of no more elements than there are bytes behind it.</summary>
    public bool TryReadArray(out int count) => TryReadArray(int.MaxValue, 1, out count);

    /// <summary>
    /// The header of an array of at most <paramref name="countMax"/> elements, each of which takes at least
    /// <paramref name="elementBytesMin"/> bytes.
    /// </summary>
    public bool TryReadArray(int countMax, int elementBytesMin, out int count)
    {
        int start = Position;
        count = 0;
        if (Next != MessagePackType.Array) return false;
        if (!_reader.TryReadArrayHeader(out int found) || (uint)found > (uint)countMax) return Back(start);
        if (CanonicalFormat.SizeOfArrayHeader(found) != Position - start) return Back(start);
        if ((ulong)found * (uint)elementBytesMin > (ulong)Remaining) return Back(start);
        count = found;
        return true;
    }

    /// <summary>The header of a binary, all of which is there.</summary>
    public bool TryReadBinaryHeader(int lengthMax, out int length)
    {
        if (!IsBinaryAhead(lengthMax, out length)) return false;
        _reader.ReadRaw(CanonicalFormat.SizeOfBinaryHeader(length));
        return true;
    }

    /// <summary>A binary of at most <paramref name="lengthMax"/> bytes, as a slice of the source.</summary>
    public bool TryReadBinary(int lengthMax, out ReadOnlyMemory<byte> bytes)
    {
        bool read = TryPassBinary(lengthMax, out int length);
        bytes = read ? _source.Slice(Position - length, length) : default;
        return read;
    }

    /// <summary>A binary of any length, as a slice of the source.</summary>
    public bool TryReadBinary(out ReadOnlySpan<byte> bytes)
    {
        bool read = TryPassBinary(int.MaxValue, out int length);
        bytes = read ? _bytes.Slice(Position - length, length) : default;
        return read;
    }

    /// <summary>A binary of exactly <paramref name="length"/> bytes, as a slice of the source.</summary>
    public bool TryReadBinaryOf(int length, out ReadOnlyMemory<byte> bytes)
    {
        int start = Position;
        return TryReadBinary(length, out bytes) && (bytes.Length == length || Back(start));
    }

    public bool TryReadDigest(out Digest digest)
    {
        bool read = TryReadBinaryOf(Digest.Size, out ReadOnlyMemory<byte> bytes);
        digest = read ? new Digest(bytes.Span) : default;
        return read;
    }

    /// <summary>Replicas of a membership of <paramref name="replicas"/>: a number with a bit for each.</summary>
    public bool TryReadReplicas(int replicas, out ReplicaSet set)
    {
        int start = Position;
        set = default;
        return TryReadUInt64(out ulong bits) && (ReplicaSet.TryFromBits(bits, replicas, out set) || Back(start));
    }

    /// <summary>A replica of a membership of <paramref name="replicas"/>.</summary>
    public bool TryReadReplica(int replicas, out ReplicaId replica)
    {
        bool read = TryReadInt32(replicas - 1, out int value);
        replica = new ReplicaId(value);
        return read;
    }

    /// <summary>One byte with an application's type.</summary>
    public bool TryReadExtension(sbyte type, out byte value)
    {
        value = 0;
        if (NextCode != MessagePackCode.FixExt1 || Remaining < 3 || _bytes[Position + 1] != (byte)type) return false;
        value = _reader.ReadExtensionFormat().Data.FirstSpan[0];
        return true;
    }

    private bool TryPassBinary(int lengthMax, out int length)
    {
        if (!IsBinaryAhead(lengthMax, out length)) return false;
        _reader.Skip();
        return true;
    }

    /// <summary>Looks at the length, which the package's reader tells only with the bytes.</summary>
    private readonly bool IsBinaryAhead(int lengthMax, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> rest = _bytes[Position..];
        if (rest.Length < 2) return false;
        uint found;
        switch (rest[0])
        {
            case MessagePackCode.Bin8:
                found = rest[1];
                break;
            case MessagePackCode.Bin16 when rest.Length >= 3:
                found = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
                if (found <= byte.MaxValue) return false;
                break;
            case MessagePackCode.Bin32 when rest.Length >= 5:
                found = BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
                if (found <= ushort.MaxValue) return false;
                break;
            default:
                return false;
        }
        if (found > (uint)lengthMax) return false;
        length = (int)found;
        return length <= rest.Length - CanonicalFormat.SizeOfBinaryHeader(length);
    }

    /// <summary>Undoes what was read since an earlier position. Always false.</summary>
    private bool Back(int start)
    {
        _reader = new MessagePackReader(_source);
        if (start > 0) _reader.ReadRaw(start);
        return false;
    }

    private static int UnsignedBytes(byte code) => code switch
    {
        <= MessagePackCode.MaxFixInt => 1,
        >= MessagePackCode.UInt8 and <= MessagePackCode.UInt64 => 1 + (1 << (code - MessagePackCode.UInt8)),
        _ => 0,
    };

    private static int SignedBytes(byte code) => code switch
    {
        >= MessagePackCode.MinNegativeFixInt => 1,
        >= MessagePackCode.Int8 and <= MessagePackCode.Int64 => 1 + (1 << (code - MessagePackCode.Int8)),
        _ => 0,
    };
}
