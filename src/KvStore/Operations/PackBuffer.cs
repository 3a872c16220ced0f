using System.Buffers;
using System.Buffers.Binary;
using static KvStore.Operations.PackFormat;

namespace KvStore.Operations;

/// <summary>A growing buffer of elements, each written in its shortest form. It is used again and again, and can be cut back.</summary>
internal sealed class PackBuffer
{
    private const int BytesMin = 1024;
    private const int BytesKeptMax = 256 << 10;

    private byte[] _bytes;

    public PackBuffer(int capacity = BytesMin) => _bytes = new byte[capacity];

    /// <summary>Bytes written; may be set to a smaller value.</summary>
    public int Length { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Empties it, and lets go of memory that only unusually large content needed.</summary>
    public void Reset()
    {
        Length = 0;
        if (_bytes.Length > BytesKeptMax) _bytes = new byte[BytesMin];
    }

    public void WriteNil() => WriteByte(Nil);

    public void WriteTrue() => WriteByte(True);

    public void WriteError(KvErrorCode error)
    {
        Span<byte> span = Reserve(3);
        span[0] = FixExt1;
        span[1] = ErrorType;
        span[2] = (byte)error;
        Length += 3;
    }

    public void WriteInteger(long value)
    {
        Span<byte> span = Reserve(HeaderBytesMax);
        Length += value >= 0 ? PutNatural(span, (ulong)value) : PutNegative(span, value);
    }

    public void WriteBinary(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(WriteBinary(bytes.Length));
    }

    /// <summary>Writes the header of a binary and returns where its bytes go.</summary>
    public Span<byte> WriteBinary(int length)
    {
        Span<byte> span = Reserve(HeaderBytesMax + length);
        int header;
        if (length <= byte.MaxValue)
        {
            span[0] = Bin8;
            span[1] = (byte)length;
            header = 2;
        }
        else if (length <= ushort.MaxValue)
        {
            span[0] = Bin16;
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)length);
            header = 3;
        }
        else
        {
            span[0] = Bin32;
            BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)length);
            header = 5;
        }
        Length += header + length;
        return span.Slice(header, length);
    }

    public void WriteArray(int count)
    {
        Length += PutArray(Reserve(HeaderBytesMax), count);
    }

    /// <summary>Elements that are written already.</summary>
    public void WriteElements(ReadOnlySpan<byte> elements)
    {
        elements.CopyTo(Reserve(elements.Length));
        Length += elements.Length;
    }

    /// <summary>Puts the header of an array in front of what was written since an earlier length.</summary>
    public void InsertArray(int start, int count)
    {
        int end = Length;
        WriteArray(count);
        MoveTo(start, end);
    }

    /// <summary>Moves what was written since an earlier length to the very front.</summary>
    public void MoveToFront(int end) => MoveTo(0, end);

    /// <summary>Puts a binary, or nil, in front of what was written since an earlier length.</summary>
    public void InsertFirst(int start, byte[]? bytes)
    {
        int end = Length;
        if (bytes is null) WriteNil();
        else WriteBinary(bytes);
        MoveTo(start, end);
    }

    public void CopyTo(IBufferWriter<byte> output) => output.Write(Written);

    /// <summary>Moves what was written from <paramref name="end"/> on to <paramref name="start"/>, before what stands there.</summary>
    private void MoveTo(int start, int end)
    {
        int moved = Length - end;
        byte[] aside = ArrayPool<byte>.Shared.Rent(moved);
        _bytes.AsSpan(end, moved).CopyTo(aside);
        _bytes.AsSpan(start, end - start).CopyTo(_bytes.AsSpan(start + moved));
        aside.AsSpan(0, moved).CopyTo(_bytes.AsSpan(start));
        ArrayPool<byte>.Shared.Return(aside);
    }

    private void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    private static int PutArray(Span<byte> span, int count)
    {
        if (count <= FixArrayCountMax)
        {
            span[0] = (byte)(FixArray | count);
            return 1;
        }
        if (count <= ushort.MaxValue)
        {
            span[0] = Array16;
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)count);
            return 3;
        }
        span[0] = Array32;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)count);
        return 5;
    }

    private static int PutNatural(Span<byte> span, ulong value)
    {
        switch (value)
        {
            case <= FixIntMax:
                span[0] = (byte)value;
                return 1;
            case <= byte.MaxValue:
                span[0] = Natural8;
                span[1] = (byte)value;
                return 2;
            case <= ushort.MaxValue:
                span[0] = Natural16;
                BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)value);
                return 3;
            case <= uint.MaxValue:
                span[0] = Natural32;
                BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)value);
                return 5;
            default:
                span[0] = Natural64;
                BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
                return 9;
        }
    }

    private static int PutNegative(Span<byte> span, long value)
    {
        switch (value)
        {
            case >= NegativeFixIntMin:
                span[0] = (byte)(sbyte)value;
                return 1;
            case >= sbyte.MinValue:
                span[0] = Signed8;
                span[1] = (byte)(sbyte)value;
                return 2;
            case >= short.MinValue:
                span[0] = Signed16;
                BinaryPrimitives.WriteInt16BigEndian(span[1..], (short)value);
                return 3;
            case >= int.MinValue:
                span[0] = Signed32;
                BinaryPrimitives.WriteInt32BigEndian(span[1..], (int)value);
                return 5;
            default:
                span[0] = Signed64;
                BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
                return 9;
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)Length + count)));
        return _bytes.AsSpan(Length);
    }
}
