using System.Buffers;
using System.Buffers.Binary;
using static BftCloud.Primitives.MessagePackFormat;

namespace BftCloud.Primitives;

/// <summary>
/// Writes canonical MessagePack: each integer and header in its shortest form, so that equal values have equal bytes. What it is given are our
/// own values: those that the format of messages cannot hold are programming errors and throw.
/// </summary>
internal ref struct MessagePackWriter
{
    private readonly IBufferWriter<byte>? _output;
    private Span<byte> _span;
    private int _used;

    /// <summary>Writes to a buffer that grows. Nothing is certain to be there before <see cref="Flush"/>.</summary>
    public MessagePackWriter(IBufferWriter<byte> output)
    {
        _output = output;
        _span = default;
        _used = 0;
    }

    /// <summary>Writes to memory whose size was computed before.</summary>
    public MessagePackWriter(Span<byte> destination)
    {
        _output = null;
        _span = destination;
        _used = 0;
    }

    public void WriteUInt64(ulong value)
    {
        if (value <= FixIntMax)
        {
            Reserve(1)[0] = (byte)value;
            _used += 1;
        }
        else if (value <= byte.MaxValue)
        {
            Span<byte> span = Reserve(2);
            span[0] = UInt8Code;
            span[1] = (byte)value;
            _used += 2;
        }
        else if (value <= ushort.MaxValue)
        {
            Span<byte> span = Reserve(3);
            span[0] = UInt16Code;
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)value);
            _used += 3;
        }
        else if (value <= uint.MaxValue)
        {
            Span<byte> span = Reserve(5);
            span[0] = UInt32Code;
            BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)value);
            _used += 5;
        }
        else
        {
            Span<byte> span = Reserve(9);
            span[0] = UInt64Code;
            BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
            _used += 9;
        }
    }

    /// <summary>Writes a number that is never negative.</summary>
    public void WriteInt64(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        WriteUInt64((ulong)value);
    }

    public void WriteBoolean(bool value)
    {
        Reserve(1)[0] = value ? True : False;
        _used += 1;
    }

    public void WriteNil()
    {
        Reserve(1)[0] = Nil;
        _used += 1;
    }

    public void WriteArrayHeader(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count <= FixArrayCountMax)
        {
            Reserve(1)[0] = (byte)(FixArray | count);
            _used += 1;
        }
        else if (count <= ushort.MaxValue)
        {
            Span<byte> span = Reserve(3);
            span[0] = Array16;
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)count);
            _used += 3;
        }
        else
        {
            Span<byte> span = Reserve(5);
            span[0] = Array32;
            BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)count);
            _used += 5;
        }
    }

    public void WriteBinary(ReadOnlySpan<byte> bytes)
    {
        WriteBinaryHeader(bytes.Length);
        WriteRaw(bytes);
    }

    public void WriteDigest(Digest digest)
    {
        Span<byte> span = Reserve(DigestBytes);
        span[0] = Bin8;
        span[1] = Digest.Size;
        digest.CopyTo(span[2..]);
        _used += DigestBytes;
    }

    /// <summary>The header of a binary of which exactly this many bytes follow.</summary>
    public void WriteBinaryHeader(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length <= byte.MaxValue)
        {
            Span<byte> span = Reserve(2);
            span[0] = Bin8;
            span[1] = (byte)length;
            _used += 2;
        }
        else if (length <= ushort.MaxValue)
        {
            Span<byte> span = Reserve(3);
            span[0] = Bin16;
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)length);
            _used += 3;
        }
        else
        {
            Span<byte> span = Reserve(5);
            span[0] = Bin32;
            BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)length);
            _used += 5;
        }
    }

    /// <summary>Bytes that are canonical MessagePack already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= _span.Length - _used)
        {
            bytes.CopyTo(_span[_used..]);
            _used += bytes.Length;
        }
        else
        {
            if (_output is null) throw Overflow();
            Flush();
            _output.Write(bytes);
        }
    }

    /// <summary>Hands everything written over to the output.</summary>
    public void Flush()
    {
        if (_output is null || _used == 0) return;
        _output.Advance(_used);
        _span = default;
        _used = 0;
    }

    /// <summary>How much of the fixed memory has been written.</summary>
    public readonly int FixedBytesWritten => _used;

    private Span<byte> Reserve(int count)
    {
        if (_span.Length - _used < count)
        {
            if (_output is null) throw Overflow();
            Flush();
            _span = _output.GetSpan(count);
        }
        return _span[_used..];
    }

    private static InvalidOperationException Overflow() => new("The memory given to the writer is smaller than what is written: its size was computed wrongly.");
}
