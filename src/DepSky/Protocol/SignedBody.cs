using System.Buffers;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Canonical MessagePack <c>[body, signature]</c>: Ed25519 over the body, which says itself what kind of record it is.
/// </summary>
internal static class SignedBody
{
    private const int SignatureBytes = 64;

    public static byte[] Encode(ReadOnlySpan<byte> body, KeyPair writer)
    {
        byte[] signature = new byte[SignatureBytes];
        writer.Sign(body, signature);
        ArrayBufferWriter<byte> output = new(body.Length + SignatureBytes + 16);
        CanonicalWriter write = new(output);
        write.WriteArrayHeader(2);
        write.WriteBinary(body);
        write.WriteBinary(signature);
        write.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The body, if it is signed by this key.</summary>
    public static bool TryOpen(
        ReadOnlyMemory<byte> bytes, int bytesMax, PublicKey writer, out ReadOnlyMemory<byte> body,
        out MetadataRejection rejection)
    {
        body = default;
        rejection = MetadataRejection.TooLong;
        if (bytes.Length > bytesMax) return false;
        rejection = MetadataRejection.Malformed;
        CanonicalReader read = new(bytes);
        if (!read.TryReadArray(2)
            || !read.TryReadBinary(bytesMax, out ReadOnlyMemory<byte> signed)
            || !read.TryReadBinaryOf(SignatureBytes, out ReadOnlyMemory<byte> signature)
            || !read.AtEnd)
            return false;
        rejection = MetadataRejection.BadSignature;
        if (!writer.Verify(signed.Span, signature.Span)) return false;
        rejection = MetadataRejection.None;
        body = signed;
        return true;
    }
}
