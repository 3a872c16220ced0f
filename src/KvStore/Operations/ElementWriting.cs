using System.Buffers;
using BftCloud.Primitives;

namespace KvStore.Operations;

/// <summary>Writes elements to a buffer that others add to and cut back in between.</summary>
internal static class ElementWriting
{
    public static void WriteNil(this ByteBuffer buffer)
    {
        CanonicalWriter writer = new(buffer);
        writer.WriteNil();
        writer.Flush();
    }

    public static void WriteTrue(this ByteBuffer buffer)
    {
        CanonicalWriter writer = new(buffer);
        writer.WriteBoolean(true);
        writer.Flush();
    }

    public static void WriteError(this ByteBuffer buffer, KvErrorCode error)
    {
        CanonicalWriter writer = new(buffer);
        writer.WriteExtension(ElementFormat.ErrorType, (byte)error);
        writer.Flush();
    }

    public static void WriteInteger(this ByteBuffer buffer, long value)
    {
        CanonicalWriter writer = new(buffer);
        writer.WriteInteger(value);
        writer.Flush();
    }

    public static void WriteBinary(this ByteBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        CanonicalWriter writer = new(buffer);
        writer.WriteBinary(bytes);
        writer.Flush();
    }

    public static void WriteArray(this ByteBuffer buffer, int count)
    {
        CanonicalWriter writer = new(buffer);
        writer.WriteArrayHeader(count);
        writer.Flush();
    }

    /// <summary>Elements that are written already.</summary>
    public static void WriteElements(this ByteBuffer buffer, ReadOnlySpan<byte> elements) => buffer.Write(elements);

    /// <summary>Puts the header of an array in front of what was written since an earlier length.</summary>
    public static void InsertArray(this ByteBuffer buffer, int start, int count)
    {
        int end = buffer.Length;
        buffer.WriteArray(count);
        buffer.MoveBefore(start, end);
    }

    /// <summary>Puts a binary, or nil, in front of what was written since an earlier length.</summary>
    public static void InsertFirst(this ByteBuffer buffer, int start, byte[]? bytes)
    {
        int end = buffer.Length;
        if (bytes is null) buffer.WriteNil();
        else buffer.WriteBinary(bytes);
        buffer.MoveBefore(start, end);
    }
}
