using System.Buffers;
using System.Text;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// A cloud's part of an attempt: canonical MessagePack <c>[announcement, share]</c>. The announcement is signed and the
/// same at all clouds. The next writer finds it and numbers its version higher, even if this attempt never gets to its
/// metadata. The share is checked against the metadata.
/// </summary>
internal static class PartRecord
{
    private const int Fields = 4;

    /// <summary>The announcement of an attempt.</summary>
    public static byte[] Announce(string unit, VersionId id, KeyPair writer)
    {
        ArrayBufferWriter<byte> body = new();
        CanonicalWriter write = new(body);
        write.WriteArrayHeader(Fields);
        write.WriteInt64(1);
        write.WriteBinary("depsky part"u8);
        write.WriteBinary(Encoding.UTF8.GetBytes(unit));
        IdCodec.Write(ref write, id);
        write.Flush();
        return SignedBody.Encode(body.WrittenSpan, writer);
    }

    public static byte[] Encode(ReadOnlySpan<byte> announcement, ReadOnlySpan<byte> share)
    {
        ArrayBufferWriter<byte> output = new();
        CanonicalWriter write = new(output);
        write.WriteArrayHeader(2);
        write.WriteBinary(announcement);
        write.WriteBinary(share);
        write.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads a part that a cloud gave for a name.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, string unit, VersionId id, PublicKey writer,
        out ReadOnlyMemory<byte> announcement, out ReadOnlyMemory<byte> share, out MetadataRejection rejection)
    {
        announcement = share = default;
        rejection = bytes.Length > SegmentShape.PartBytesMax ? MetadataRejection.TooLong : MetadataRejection.Malformed;
        if (bytes.Length > SegmentShape.PartBytesMax) return false;
        CanonicalReader read = new(bytes);
        if (!read.TryReadArray(2)
            || !read.TryReadBinary(SegmentShape.PartBytesMax, out announcement)
            || !read.TryReadBinary(SegmentShape.KeyBytes, out share)
            || !read.AtEnd)
            return false;
        if (!SignedBody.TryOpen(
            announcement, SegmentShape.PartBytesMax, writer, out ReadOnlyMemory<byte> body, out rejection))
            return false;
        rejection = MetadataRejection.Malformed;
        CanonicalReader said = new(body);
        if (!said.TryReadArray(Fields)
            || !said.TryReadInt32(1, out int format) || format != 1
            || !said.TryReadBinary(32, out ReadOnlyMemory<byte> kind) || !kind.Span.SequenceEqual("depsky part"u8)
            || !said.TryReadBinary(UnitName.BytesMax, out ReadOnlyMemory<byte> saidUnit)
            || !IdCodec.TryRead(ref said, out VersionId saidId)
            || !said.AtEnd)
            return false;
        rejection = saidId == id
            && saidUnit.Span.SequenceEqual(Encoding.UTF8.GetBytes(unit))
                ? MetadataRejection.None
                : MetadataRejection.AnotherName;
        return rejection == MetadataRejection.None;
    }

    /// <summary>Whether this is the share that the metadata speaks of.</summary>
    public static bool IsShare(ReadOnlyMemory<byte> share, Digest digest) =>
        share.Length == SegmentShape.KeyBytes && Digest.Of(share.Span) == digest;
}
