using System.Buffers.Binary;
using static KvStore.Operations.PackFormat;

namespace KvStore.Operations;

/// <summary>
/// Reads what a stranger may have written. Returns false, and never throws, for bytes that are not there, not of the kind asked for, longer than
/// the shortest form, or beyond the bound given. Binaries are slices of the source; nothing is allocated.
/// </summary>
internal ref struct PackReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>What comes next.</summary>
    public readonly PackKind Next => _rest.IsEmpty ? PackKind.Nothing : _rest[0] switch
    {
        <= FixIntMax or >= NegativeFixInt or (>= Natural8 and <= Signed64) => PackKind.Integer,
        Nil => PackKind.Nil,
        True => PackKind.True,
        Bin8 or Bin16 or Bin32 => PackKind.Binary,
        FixExt1 => PackKind.Error,
        (>= FixArray and <= FixArray + FixArrayCountMax) or Array16 or Array32 => PackKind.Array,
        _ => PackKind.Unknown,
    };

    public bool TryReadNil() => TryReadByte(Nil);

    public bool TryReadTrue() => TryReadByte(True);

    public bool TryReadInteger(out long value)
    {
        value = 0;
        if (_rest.IsEmpty) return false;
        byte code = _rest[0];
        if (code is <= FixIntMax or >= NegativeFixInt)
        {
            value = (sbyte)code;
            _rest = _rest[1..];
            return true;
        }
        ReadOnlySpan<byte> body = _rest[1..];
        bool canonical;
        int length;
        switch (code)
        {
            case Natural8 when body.Length >= 1:
                value = body[0];
                canonical = value > FixIntMax;
                length = 1;
                break;
            case Natural16 when body.Length >= 2:
                value = BinaryPrimitives.ReadUInt16BigEndian(body);
                canonical = value > byte.MaxValue;
                length = 2;
                break;
            case Natural32 when body.Length >= 4:
                value = BinaryPrimitives.ReadUInt32BigEndian(body);
                canonical = value > ushort.MaxValue;
                length = 4;
                break;
            case Natural64 when body.Length >= 8:
                value = BinaryPrimitives.ReadInt64BigEndian(body);
                canonical = value > uint.MaxValue; // above the range of a signed integer it reads as negative
                length = 8;
                break;
            case Signed8 when body.Length >= 1:
                value = (sbyte)body[0];
                canonical = value < NegativeFixIntMin;
                length = 1;
                break;
            case Signed16 when body.Length >= 2:
                value = BinaryPrimitives.ReadInt16BigEndian(body);
                canonical = value < sbyte.MinValue;
                length = 2;
                break;
            case Signed32 when body.Length >= 4:
                value = BinaryPrimitives.ReadInt32BigEndian(body);
                canonical = value < short.MinValue;
                length = 4;
                break;
            case Signed64 when body.Length >= 8:
                value = BinaryPrimitives.ReadInt64BigEndian(body);
                canonical = value < int.MinValue;
                length = 8;
                break;
            default:
                return false;
        }
        if (!canonical) return false;
        _rest = body[length..];
        return true;
    }

    /// <summary>An integer within bounds.</summary>
    public bool TryReadInteger(long min, long max, out long value) => TryReadInteger(out value) && value >= min && value <= max;

    /// <summary>The header of an array; each element takes at least a byte, so the count is bounded by what is there.</summary>
    public bool TryReadArray(out int count)
    {
        count = 0;
        if (_rest.IsEmpty) return false;
        byte code = _rest[0];
        ReadOnlySpan<byte> body = _rest[1..];
        uint found;
        if (code is >= FixArray and <= FixArray + FixArrayCountMax)
        {
            found = (uint)(code - FixArray);
        }
        else if (code == Array16 && body.Length >= 2)
        {
            found = BinaryPrimitives.ReadUInt16BigEndian(body);
            body = body[2..];
            if (found <= FixArrayCountMax) return false;
        }
        else if (code == Array32 && body.Length >= 4)
        {
            found = BinaryPrimitives.ReadUInt32BigEndian(body);
            body = body[4..];
            if (found <= ushort.MaxValue) return false;
        }
        else
        {
            return false;
        }
        if (found > (uint)body.Length) return false;
        _rest = body;
        count = (int)found;
        return true;
    }

    public bool TryReadBinary(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (_rest.Length < 2) return false;
        uint length;
        ReadOnlySpan<byte> body = _rest[1..];
        switch (_rest[0])
        {
            case Bin8:
                length = body[0];
                body = body[1..];
                break;
            case Bin16 when body.Length >= 2:
                length = BinaryPrimitives.ReadUInt16BigEndian(body);
                body = body[2..];
                if (length <= byte.MaxValue) return false;
                break;
            case Bin32 when body.Length >= 4:
                length = BinaryPrimitives.ReadUInt32BigEndian(body);
                body = body[4..];
                if (length <= ushort.MaxValue) return false;
                break;
            default:
                return false;
        }
        if (length > (uint)body.Length) return false;
        bytes = body[..(int)length];
        _rest = body[(int)length..];
        return true;
    }

    public bool TryReadError(out KvErrorCode error)
    {
        error = default;
        if (_rest.Length < 3 || _rest[0] != FixExt1 || _rest[1] != ErrorType) return false;
        error = (KvErrorCode)_rest[2];
        _rest = _rest[3..];
        return true;
    }

    /// <summary>The bytes of the next element, whatever it is, with all that is in it.</summary>
    public bool TryReadElement(out ReadOnlySpan<byte> element)
    {
        ReadOnlySpan<byte> start = _rest;
        if (!TrySkip(DepthMax))
        {
            element = default;
            return false;
        }
        element = start[..(start.Length - _rest.Length)];
        return true;
    }

    private bool TrySkip(int depth)
    {
        switch (Next)
        {
            case PackKind.Nil: return TryReadNil();
            case PackKind.True: return TryReadTrue();
            case PackKind.Integer: return TryReadInteger(out _);
            case PackKind.Binary: return TryReadBinary(out _);
            case PackKind.Error: return TryReadError(out _);
            case PackKind.Array:
                if (depth == 0 || !TryReadArray(out int count)) return false;
                while (count-- > 0)
                {
                    if (!TrySkip(depth - 1)) return false;
                }
                return true;
            default:
                return false;
        }
    }

    private bool TryReadByte(byte code)
    {
        if (_rest.IsEmpty || _rest[0] != code) return false;
        _rest = _rest[1..];
        return true;
    }
}
