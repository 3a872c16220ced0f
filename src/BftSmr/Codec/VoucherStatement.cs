using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>
/// The bytes that the MAC of a reply share covers: a tag, then nonce and sequence (8 bytes each, big-endian), the
/// status (1) and the BLAKE2b of the result (32). The tag and the length keep it apart from a request's digest, which
/// clients authenticate under the same key.
/// </summary>
internal static class VoucherStatement
{
    public const int Bytes = 14 + 8 + 8 + 1 + Digest.Size;

    private static ReadOnlySpan<byte> Tag => "bftsmr voucher"u8;

    /// <summary>Writes exactly <see cref="Bytes"/>.</summary>
    public static void Write(ulong nonce, ulong sequence, ReplyStatus status, Digest result, Span<byte> statement)
    {
        Tag.CopyTo(statement);
        statement = statement[Tag.Length..];
        BinaryPrimitives.WriteUInt64BigEndian(statement, nonce);
        BinaryPrimitives.WriteUInt64BigEndian(statement[8..], sequence);
        statement[16] = (byte)status;
        result.CopyTo(statement[17..]);
    }
}
