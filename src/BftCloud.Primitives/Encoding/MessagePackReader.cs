using System.Buffers.Binary;
using static BftCloud.Primitives.MessagePackFormat;

namespace BftCloud.Primitives;

/// <summary>
/// Reads canonical MessagePack that a stranger may have written. Every method returns false, and never throws, for bytes that are not there, not of
/// the kind asked for, longer than the shortest form, or beyond the bound given; after a false the reader's position means nothing. Counts are
/// checked against both their bound and the bytes that remain, so that nothing is ever allocated on the sender's word. Binary is returned as slices.
/// </summary>
internal ref struct MessagePackReader(ReadOnlyMemory<byte> source)
{
    private readonly ReadOnlyMemory<byte> _source = source;
    private readonly ReadOnlySpan<byte> _bytes = source.Span;
    private int _position;

    public readonly int Position => _position;

    public readonly int Remaining => _bytes.Length - _position;

    public readonly bool AtEnd => _position == _bytes.Length;

    /// <summary>What was read since an earlier position.</summary>
    public readonly ReadOnlyMemory<byte> Since(int start) => _source[start.._position];

    public bool TryReadUInt64(out ulong value)
    {
        value = 0;
        if (AtEnd) return false;
        byte code = _bytes[_position];
        if (code <= FixIntMax)
        {
            value = code;
            _position += 1;
            return true;
        }
        ReadOnlySpan<byte> rest = _bytes[(_position + 1)..];
        switch (code)
        {
            case UInt8Code when rest.Length >= 1:
                value = rest[0];
                _position += 2;
                return value > FixIntMax;
            case UInt16Code when rest.Length >= 2:
                value = BinaryPrimitives.ReadUInt16BigEndian(rest);
                _position += 3;
                return value > byte.MaxValue;
            case UInt32Code when rest.Length >= 4:
                value = BinaryPrimitives.ReadUInt32BigEndian(rest);
                _position += 5;
                return value > ushort.MaxValue;
            case UInt64Code when rest.Length >= 8:
                value = BinaryPrimitives.ReadUInt64BigEndian(rest);
                _position += 9;
                return value > uint.MaxValue;
            default:
                return false;
        }
    }

    /// <summary>A number from 0 to <see cref="long.MaxValue"/>.</summary>
    public bool TryReadInt64(out long value)
    {
        bool read = TryReadUInt64(out ulong number);
        value = (long)number;
        return read && value >= 0;
    }

    /// <summary>A number from 0 to <paramref name="max"/>.</summary>
    public bool TryReadInt32(int max, out int value)
    {
        bool read = TryReadUInt64(out ulong number);
        value = (int)number;
        return read && number <= (ulong)max;
    }

    public bool TryReadBoolean(out bool value)
    {
        value = false;
        if (AtEnd) return false;
        byte code = _bytes[_position++];
        value = code == True;
        return code is True or False;
    }

    /// <summary>Consumes a nil if one comes next.</summary>
    public bool TryReadNil()
    {
        if (AtEnd || _bytes[_position] != Nil) return false;
        _position += 1;
        return true;
    }

    /// <summary>The header of an array of exactly <paramref name="count"/> elements.</summary>
    public bool TryReadArray(int count) => TryReadArray(count, 0, out int found) && found == count;

    /// <summary>The header of an array of at most <paramref name="countMax"/> elements, each of which takes at least <paramref name="elementBytesMin"/> bytes.</summary>
    public bool TryReadArray(int countMax, int elementBytesMin, out int count)
    {
        count = 0;
        if (AtEnd) return false;
        byte code = _bytes[_position];
        uint found;
        if ((code & 0xf0) == FixArray)
        {
            found = code & 0x0fu;
            _position += 1;
        }
        else
        {
            ReadOnlySpan<byte> rest = _bytes[(_position + 1)..];
            if (code == Array16 && rest.Length >= 2)
            {
                found = BinaryPrimitives.ReadUInt16BigEndian(rest);
                if (found <= FixArrayCountMax) return false;
                _position += 3;
            }
            else if (code == Array32 && rest.Length >= 4)
            {
                found = BinaryPrimitives.ReadUInt32BigEndian(rest);
                if (found <= ushort.MaxValue) return false;
                _position += 5;
            }
            else return false;
        }
        if (found > (uint)countMax || (ulong)found * (uint)elementBytesMin > (ulong)Remaining) return false;
        count = (int)found;
        return true;
    }

    /// <summary>The header of a binary, all of which is there.</summary>
    public bool TryReadBinaryHeader(int lengthMax, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> rest = _bytes[_position..];
        if (rest.Length < 2) return false;
        uint found;
        switch (rest[0])
        {
            case Bin8:
                found = rest[1];
                _position += 2;
                break;
            case Bin16 when rest.Length >= 3:
                found = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
                if (found <= byte.MaxValue) return false;
                _position += 3;
                break;
            case Bin32 when rest.Length >= 5:
                found = BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
                if (found <= ushort.MaxValue) return false;
                _position += 5;
                break;
            default:
                return false;
        }
        if (found > (uint)lengthMax || found > (uint)Remaining) return false;
        length = (int)found;
        return true;
    }

    /// <summary>A binary of at most <paramref name="lengthMax"/> bytes, as a slice of the source.</summary>
    public bool TryReadBinary(int lengthMax, out ReadOnlyMemory<byte> bytes)
    {
        if (!TryReadBinaryHeader(lengthMax, out int length))
        {
            bytes = default;
            return false;
        }
        bytes = _source.Slice(_position, length);
        _position += length;
        return true;
    }

    /// <summary>A binary of exactly <paramref name="length"/> bytes, as a slice of the source.</summary>
    public bool TryReadBinaryOf(int length, out ReadOnlyMemory<byte> bytes) => TryReadBinary(length, out bytes) && bytes.Length == length;

    public bool TryReadDigest(out Digest digest)
    {
        if (!TryReadBinaryHeader(Digest.Size, out int length) || length != Digest.Size)
        {
            digest = default;
            return false;
        }
        digest = new Digest(_bytes.Slice(_position, Digest.Size));
        _position += Digest.Size;
        return true;
    }

    /// <summary>Replicas of a membership of <paramref name="replicas"/>, as a bit mask.</summary>
    public bool TryReadReplicas(int replicas, out ulong mask) => TryReadUInt64(out mask) && (replicas >= 64 || mask >> replicas == 0);

    /// <summary>A replica of a membership of <paramref name="replicas"/>.</summary>
    public bool TryReadReplica(int replicas, out ReplicaId replica)
    {
        bool read = TryReadInt32(replicas - 1, out int value);
        replica = new ReplicaId(value);
        return read;
    }
}
