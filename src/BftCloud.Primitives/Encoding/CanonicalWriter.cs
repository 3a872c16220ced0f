using System.Buffers;
using MessagePack;

namespace BftCloud.Primitives;

/// <summary>
/// Writes canonical MessagePack: the package's writer takes the shortest form of each number and header, so equal
/// values have equal bytes. What it is given are our own values: those that no format holds are programming errors and
/// throw.
/// </summary>
/// <param name="output">Where the bytes go. Nothing is certain to be there before <see cref="Flush"/>.</param>
internal ref struct CanonicalWriter(IBufferWriter<byte> output)
{
    private MessagePackWriter _writer = new(output);

    public void WriteUInt64(ulong value) => _writer.Write(value);

    /// <summary>A number with a bit for each replica.</summary>
    public void WriteReplicas(ReplicaSet set) => _writer.Write(set.Bits);

    /// <summary>Writes a number that is never negative.</summary>
    public void WriteInt64(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        _writer.Write((ulong)value);
    }

    /// <summary>Writes a number that may be negative.</summary>
    public void WriteInteger(long value) => _writer.Write(value);

    public void WriteBoolean(bool value) => _writer.Write(value);

    public void WriteNil() => _writer.WriteNil();

    public void WriteArrayHeader(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _writer.WriteArrayHeader(count);
    }

    public void WriteBinary(ReadOnlySpan<byte> bytes) => _writer.Write(bytes);

    public void WriteDigest(Digest digest)
    {
        _writer.WriteBinHeader(Digest.Size);
        digest.CopyTo(_writer.GetSpan(Digest.Size));
        _writer.Advance(Digest.Size);
    }

    /// <summary>One byte with an application's type.</summary>
    public void WriteExtension(sbyte type, byte value)
    {
        _writer.WriteExtensionFormatHeader(new ExtensionHeader(type, 1u));
        _writer.GetSpan(1)[0] = value;
        _writer.Advance(1);
    }

    /// <summary>Bytes that are canonical MessagePack already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => _writer.WriteRaw(bytes);

    /// <summary>Hands everything written over to the output.</summary>
    public void Flush() => _writer.Flush();
}
