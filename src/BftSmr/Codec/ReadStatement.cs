using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>
/// The bytes that MACs on relayed reads cover. They begin with a tag, the nonce and the id (8 bytes each, big-endian).
/// The client's MAC for a replica that is asked for its reply share adds the BLAKE2b of the query (32). That replica's
/// MAC for the client adds the status (1) and the BLAKE2b of the result (32). Tags and lengths keep them apart from
/// each other and from other bytes that are authenticated under the same key. A replica gives its reply share only on a
/// read that the client authenticated, and a client never gives an id to two queries. So the share is on this query,
/// and given after the client asked.
/// </summary>
internal static class ReadStatement
{
    public const int QueryBytes = 17 + 8 + 8 + Digest.Size;
    public const int AnswerBytes = 18 + 8 + 8 + 1 + Digest.Size;

    private static ReadOnlySpan<byte> QueryTag => "bftsmr read query"u8;
    private static ReadOnlySpan<byte> AnswerTag => "bftsmr read answer"u8;

    /// <summary>Writes exactly <see cref="QueryBytes"/>.</summary>
    public static void WriteQuery(ulong nonce, ulong readId, Digest query, Span<byte> statement)
    {
        QueryTag.CopyTo(statement);
        statement = statement[QueryTag.Length..];
        WriteRead(nonce, readId, statement);
        query.CopyTo(statement[16..]);
    }

    /// <summary>Writes exactly <see cref="AnswerBytes"/>.</summary>
    public static void WriteAnswer(ulong nonce, ulong readId, ReplyStatus status, Digest result, Span<byte> statement)
    {
        AnswerTag.CopyTo(statement);
        statement = statement[AnswerTag.Length..];
        WriteRead(nonce, readId, statement);
        statement[16] = (byte)status;
        result.CopyTo(statement[17..]);
    }

    private static void WriteRead(ulong nonce, ulong readId, Span<byte> statement)
    {
        BinaryPrimitives.WriteUInt64BigEndian(statement, nonce);
        BinaryPrimitives.WriteUInt64BigEndian(statement[8..], readId);
    }
}
