using System.Buffers.Binary;
using MessagePack;

namespace BftCloud.Primitives;

/// <summary>
/// Reads canonical MessagePack that a stranger may have written. The package's reader throws where the next element is
/// of another kind or is cut, and accepts longer forms than the shortest. It also costs more to make than a short
/// element costs to read. So this layer reads itself what votes and requests are made of: what stands in one byte,
/// numbers without a sign, and lengths of binaries. It asks the package for the rest, one element that stands there
/// whole, and measures what the package read.
/// Every method returns false, and never throws, for bytes that are not there, not of the kind asked for, longer than
/// the shortest form, or beyond the bound given; it has then read nothing. Counts are checked against both their bound
/// and the bytes that remain: nothing is ever allocated on the sender's word. Binaries are slices.
/// </summary>
internal ref struct CanonicalReader(ReadOnlyMemory<byte> source)
{
    /// <summary>The one code that begins no element.</summary>
    private const byte NeverUsed = 0xc1;

    private readonly ReadOnlyMemory<byte> _source = source;
    private readonly ReadOnlySpan<byte> _bytes = source.Span;
    private int _position;

    public readonly int Position => _position;

    public readonly int Remaining => _bytes.Length - _position;

    public readonly bool AtEnd => _position == _bytes.Length;

    /// <summary>The kind of what comes next; at the end <see cref="MessagePackType.Unknown"/>.</summary>
    public readonly MessagePackType Next => MessagePackCode.ToMessagePackType(NextCode);

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlyMemory<byte> Rest => _source[_position..];

    private readonly byte NextCode => _position < _bytes.Length ? _bytes[_position] : NeverUsed;

    /// <summary>What was read since an earlier position.</summary>
    public readonly ReadOnlyMemory<byte> Since(int start) => _source[start.._position];

    /// <summary>A number from 0 to <see cref="ulong.MaxValue"/>.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        value = NextCode;
        if (value > MessagePackCode.MaxFixInt) return TryReadLongUInt64(out value);
        _position++;
        return true;
    }

    /// <summary>A number from 0 to <see cref="long.MaxValue"/>.</summary>
    public bool TryReadInt64(out long value)
    {
        int start = _position;
        bool read = TryReadUInt64(out ulong number);
        value = (long)number;
        return read && (value >= 0 || Back(start));
    }

    /// <summary>A number from 0 to <paramref name="max"/>.</summary>
    public bool TryReadInt32(int max, out int value)
    {
        int start = _position;
        bool read = TryReadUInt64(out ulong number);
        value = (int)number;
        return read && (number <= (ulong)max || Back(start));
    }

    /// <summary>Any number that has a sign and 64 bits. Only negative ones have the forms with a sign.</summary>
    public bool TryReadInteger(out long value)
    {
        int size = SignedBytes(NextCode);
        if (size == 0) return TryReadInt64(out value);
        value = 0;
        if (size > Remaining) return false;
        long found = PackageReader(size).ReadInt64();
        if (found >= 0 || MessagePackWriter.GetEncodedLength(found) != size) return false;
        value = found;
        return Pass(size);
    }

    /// <summary>A number within bounds.</summary>
    public bool TryReadInteger(long min, long max, out long value)
    {
        int start = _position;
        return TryReadInteger(out value) && ((value >= min && value <= max) || Back(start));
    }

    public bool TryReadBoolean(out bool value)
    {
        value = NextCode == MessagePackCode.True;
        return (value || NextCode == MessagePackCode.False) && Pass(1);
    }

    /// <summary>Consumes a true if one comes next.</summary>
    public bool TryReadTrue() => NextCode == MessagePackCode.True && Pass(1);

    /// <summary>Consumes a nil if one comes next.</summary>
    public bool TryReadNil() => NextCode == MessagePackCode.Nil && Pass(1);

    /// <summary>The header of an array of exactly <paramref name="count"/> elements.</summary>
    public bool TryReadArray(int count)
    {
        int start = _position;
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
        count = 0;
        int found = NextCode - MessagePackCode.MinFixArray, size = 1;
        if ((uint)found > CanonicalFormat.FixArrayCountMax && !IsLongArrayAhead(out found, out size)) return false;
        if ((uint)found > (uint)countMax) return false;
        if ((ulong)found * (uint)elementBytesMin > (ulong)(Remaining - size)) return false;
        count = found;
        return Pass(size);
    }

    /// <summary>The header of a binary, all of which is there.</summary>
    public bool TryReadBinaryHeader(int lengthMax, out int length)
    {
        if (!IsBinaryAhead(lengthMax, out length)) return false;
        return Pass(CanonicalFormat.SizeOfBinaryHeader(length));
    }

    /// <summary>A binary of at most <paramref name="lengthMax"/> bytes, as a slice of the source.</summary>
    public bool TryReadBinary(int lengthMax, out ReadOnlyMemory<byte> bytes)
    {
        bool read = TryPassBinary(lengthMax, out int length);
        bytes = read ? _source.Slice(_position - length, length) : default;
        return read;
    }

    /// <summary>A binary of any length, as a slice of the source.</summary>
    public bool TryReadBinary(out ReadOnlySpan<byte> bytes)
    {
        bool read = TryPassBinary(int.MaxValue, out int length);
        bytes = read ? _bytes.Slice(_position - length, length) : default;
        return read;
    }

    /// <summary>A binary of exactly <paramref name="length"/> bytes, as a slice of the source.</summary>
    public bool TryReadBinaryOf(int length, out ReadOnlyMemory<byte> bytes)
    {
        int start = _position;
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
        int start = _position;
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
        if (NextCode != MessagePackCode.FixExt1 || Remaining < 3 || _bytes[_position + 1] != (byte)type) return false;
        value = PackageReader(3).ReadExtensionFormat().Data.FirstSpan[0];
        return Pass(3);
    }

    private bool TryPassBinary(int lengthMax, out int length)
    {
        if (!IsBinaryAhead(lengthMax, out length)) return false;
        return Pass(CanonicalFormat.SizeOfBinaryHeader(length) + length);
    }

    /// <summary>A number that takes more than its code, in its shortest form.</summary>
    private bool TryReadLongUInt64(out ulong value)
    {
        value = 0;
        ReadOnlySpan<byte> rest = _bytes[_position..];
        if (rest.Length < 2) return false;
        ulong found, shorterMax;
        int size;
        switch (rest[0])
        {
            case MessagePackCode.UInt8:
                (found, shorterMax, size) = (rest[1], MessagePackCode.MaxFixInt, 2);
                break;
            case MessagePackCode.UInt16 when rest.Length >= 3:
                (found, shorterMax, size) = (BinaryPrimitives.ReadUInt16BigEndian(rest[1..]), byte.MaxValue, 3);
                break;
            case MessagePackCode.UInt32 when rest.Length >= 5:
                (found, shorterMax, size) = (BinaryPrimitives.ReadUInt32BigEndian(rest[1..]), ushort.MaxValue, 5);
                break;
            case MessagePackCode.UInt64 when rest.Length >= 9:
                (found, shorterMax, size) = (BinaryPrimitives.ReadUInt64BigEndian(rest[1..]), uint.MaxValue, 9);
                break;
            default:
                return false;
        }
        if (found <= shorterMax) return false;
        value = found;
        return Pass(size);
    }

    private readonly bool IsLongArrayAhead(out int count, out int size)
    {
        count = 0;
        size = NextCode switch { MessagePackCode.Array16 => 3, MessagePackCode.Array32 => 5, _ => int.MaxValue };
        return size <= Remaining
            && PackageReader(size).TryReadArrayHeader(out count)
            && CanonicalFormat.SizeOfArrayHeader(count) == size;
    }

    /// <summary>Looks at the length, which the package's reader tells only with the bytes.</summary>
    private readonly bool IsBinaryAhead(int lengthMax, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> rest = _bytes[_position..];
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

    /// <summary>The package's reader of the next <paramref name="size"/> bytes.</summary>
    private readonly MessagePackReader PackageReader(int size) => new(_source.Slice(_position, size));

    /// <summary>Goes on behind what was read. Always true.</summary>
    private bool Pass(int size)
    {
        _position += size;
        return true;
    }

    /// <summary>Undoes what was read since an earlier position. Always false.</summary>
    private bool Back(int start)
    {
        _position = start;
        return false;
    }

    private static int SignedBytes(byte code) => code switch
    {
        >= MessagePackCode.MinNegativeFixInt => 1,
        >= MessagePackCode.Int8 and <= MessagePackCode.Int64 => 1 + (1 << (code - MessagePackCode.Int8)),
        _ => 0,
    };
}
