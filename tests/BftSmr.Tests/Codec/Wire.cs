using System.Buffers;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Tests.Codec;

/// <summary>
/// Encodes all that has an encoding; and each decoder as a function from bytes to the bytes that its result encodes to.
/// </summary>
internal static class Wire
{
    /// <summary>Null if the bytes were refused, else the encoding of what they were decoded to.</summary>
    public delegate byte[]? Decoder(ReadOnlyMemory<byte> bytes);

    /// <summary>Whether the bytes were accepted; encodes nothing.</summary>
    public delegate bool Acceptor(ReadOnlyMemory<byte> bytes);

    public static IReadOnlyDictionary<string, (
        Acceptor Accepts, Decoder Twice, Func<RandomMessages, IEnumerable<byte[]>> Valid)> Decoders { get; } =
        new SortedDictionary<string, (
            Acceptor, Decoder, Func<RandomMessages, IEnumerable<byte[]>>)>(StringComparer.Ordinal)
        {
            ["peer"] = (
                static bytes => PeerMessageCodec.TryDecode(bytes, RandomMessages.Limits, out _),
                static bytes =>
                    PeerMessageCodec.TryDecode(bytes, RandomMessages.Limits, out PeerMessage? message)
                        ? Encode(message)
                        : null,
                static messages => messages.EveryPeerMessage().Select(Encode)),
            ["client"] = (
                static bytes => ClientMessageCodec.TryDecode(bytes, RandomMessages.Limits, out _),
                static bytes =>
                    ClientMessageCodec.TryDecode(bytes, RandomMessages.Limits, out ClientMessage? message)
                        ? Encode(message)
                        : null,
                static messages => messages.EveryClientMessage().Select(Encode)),
            ["log"] = (
                static bytes => LogRecordCodec.TryDecode(bytes, RandomMessages.Limits, out _),
                static bytes =>
                    LogRecordCodec.TryDecode(bytes, RandomMessages.Limits, out LogRecord? record)
                        ? Encode(record)
                        : null,
                static messages => messages.EveryLogRecord().Select(Encode)),
            ["batch"] = (
                static bytes => BatchCodec.TryDecode(bytes, RandomMessages.Limits, out _),
                static bytes => BatchCodec.TryDecode(bytes, RandomMessages.Limits, out Batch? batch)
                    ? BatchCodec.Create(
                        batch.TimestampMicros, batch.Seed, [.. batch.Requests.Select(Remade)]).Encoded.ToArray()
                    : null,
                static messages => [messages.Batch().Encoded.ToArray()]),
        };

    public static byte[] Encode(PeerMessage message)
    {
        ArrayBufferWriter<byte> output = new();
        PeerMessageCodec.Encode(message, output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Encode(ClientMessage message)
    {
        ArrayBufferWriter<byte> output = new();
        ClientMessageCodec.Encode(message, output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Encode(LogRecord record)
    {
        ArrayBufferWriter<byte> output = new();
        LogRecordCodec.Encode(record, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// The same request built anew from its fields, so that its body is written again rather than copied.
    /// </summary>
    public static Request Remade(Request request) => RequestCodec.WithAuthentication(
        RequestCodec.Create(
            request.Session, request.Sequence, request.Kind, request.Repliers, request.FullReplier, request.Operation,
            request.Outstanding, request.WantsOneReply),
        request.Macs,
        request.Signature);
}
