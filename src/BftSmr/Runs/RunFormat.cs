using System.Buffers;
using System.Buffers.Binary;

namespace BftSmr.Runs;

/// <summary>
/// The bytes of a run: one change after the other, each [kind (1), length of the key (2), length of the value (4), key,
/// value].
/// </summary>
internal static class RunFormat
{
    public const int HeaderBytes = 7;

    public static void Write(RunCursor change, IBufferWriter<byte> output)
    {
        Span<byte> header = output.GetSpan(HeaderBytes);
        header[0] = (byte)change.Kind;
        BinaryPrimitives.WriteUInt16BigEndian(header[1..], (ushort)change.Key.Length);
        BinaryPrimitives.WriteInt32BigEndian(header[3..], change.Value.Length);
        output.Advance(HeaderBytes);
        output.Write(change.Key);
        output.Write(change.Value);
    }

    /// <summary>Reads a header; false if it is none.</summary>
    public static bool TryReadHeader(
        ReadOnlySpan<byte> header, out StateChangeKind kind, out int keyLength, out int valueLength)
    {
        kind = (StateChangeKind)header[0];
        keyLength = BinaryPrimitives.ReadUInt16BigEndian(header[1..]);
        valueLength = BinaryPrimitives.ReadInt32BigEndian(header[3..]);
        return kind <= StateChangeKind.Put && keyLength <= RunCursor.KeyBytesMax
            && (uint)valueLength <= (kind == StateChangeKind.Put ? RunCursor.ValueBytesMax : 0);
    }
}
