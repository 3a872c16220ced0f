using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>
/// What clients and replicas send each other: an array of the type's number and the fields in the order of their
/// declaration.
/// </summary>
internal static class ClientMessageCodec
{
    public static void Encode(ClientMessage message, IBufferWriter<byte> output)
    {
        CanonicalWriter writer = new(output);
        switch (message)
        {
            case Attach m:
                PeerMessageCodec.Begin(ref writer, MessageType.Attach, 1);
                writer.WriteUInt64(m.Nonce);
                break;
            case Submit m:
                PeerMessageCodec.Begin(ref writer, MessageType.Submit, 1);
                RequestCodec.Write(ref writer, m.Request);
                break;
            case Read m:
                PeerMessageCodec.Begin(ref writer, MessageType.Read, 6);
                writer.WriteUInt64(m.Nonce);
                writer.WriteUInt64(m.ReadId);
                writer.WriteBoolean(m.WantsFull);
                writer.WriteReplicas(m.Seconders);
                writer.WriteBinary(m.Macs.Span);
                writer.WriteBinary(m.Operation.Span);
                break;
            case Reply { Vouchers: { } vouchers } m:
                PeerMessageCodec.Begin(ref writer, MessageType.VouchedReply, 8);
                WriteAnswer(ref writer, m.Nonce, m.Sequence, m.Regency, m.Status, m.IsDigest, m.Result.Span);
                writer.WriteReplicas(vouchers.From);
                writer.WriteBinary(vouchers.Macs.Span);
                break;
            case Reply m:
                PeerMessageCodec.Begin(ref writer, MessageType.Reply, 6);
                WriteAnswer(ref writer, m.Nonce, m.Sequence, m.Regency, m.Status, m.IsDigest, m.Result.Span);
                break;
            case ReadReply { Vouchers: { } vouchers } m:
                PeerMessageCodec.Begin(ref writer, MessageType.VouchedReadReply, 7);
                WriteAnswer(ref writer, m.Nonce, m.ReadId, m.Regency, m.Status, m.IsDigest, m.Result.Span);
                ReadVoucherCodec.Write(ref writer, vouchers);
                break;
            case ReadReply m:
                PeerMessageCodec.Begin(ref writer, MessageType.ReadReply, 6);
                WriteAnswer(ref writer, m.Nonce, m.ReadId, m.Regency, m.Status, m.IsDigest, m.Result.Span);
                break;
            default:
                throw new ArgumentException(
                    $"{message.GetType().Name} has no encoding: give it a number in {nameof(MessageType)}.",
                    nameof(message));
        }
        writer.Flush();
    }

    /// <summary>
    /// Decodes a message that is all of <paramref name="frame"/>; the result keeps slices of it. Nothing in it has been
    /// authenticated.
    /// </summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> frame, CodecLimits limits, [NotNullWhen(true)] out ClientMessage? message)
    {
        message = null;
        CanonicalReader reader = new(frame);
        if (!PeerMessageCodec.TryBegin(ref reader, out MessageType type, out int fields)) return false;
        return TryReadFields(ref reader, type, fields, limits, out message) && reader.AtEnd;
    }

    private static bool TryReadFields(
        ref CanonicalReader reader, MessageType type, int fields, CodecLimits limits,
        [NotNullWhen(true)] out ClientMessage? message)
    {
        message = null;
        switch (type)
        {
            case MessageType.Attach when fields == 1:
                if (!reader.TryReadUInt64(out ulong session)) return false;
                message = new Attach(session);
                return true;
            case MessageType.Submit when fields == 1:
                if (!RequestCodec.TryRead(ref reader, limits, out Request? request)) return false;
                message = new Submit(request);
                return true;
            case MessageType.Read when fields == 6:
                if (!reader.TryReadUInt64(out ulong nonce)
                    || !reader.TryReadUInt64(out ulong readId)
                    || !reader.TryReadBoolean(out bool wantsFull)
                    || !reader.TryReadReplicas(limits.Replicas, out ReplicaSet seconders)
                    || !reader.TryReadBinaryOf(
                        seconders.Count * Request.MacBytes, out ReadOnlyMemory<byte> readMacs)
                    || !reader.TryReadBinary(limits.OperationBytesMax, out ReadOnlyMemory<byte> operation))
                    return false;
                message = new Read(nonce, readId, wantsFull, operation) { Seconders = seconders, Macs = readMacs };
                return true;
            case MessageType.Reply or MessageType.ReadReply when fields == 6:
                return TryReadAnswer(ref reader, type, limits, out message);
            case MessageType.VouchedReply when fields == 8:
                if (!TryReadAnswer(ref reader, MessageType.Reply, limits, out ClientMessage? reply)
                    || !reader.TryReadReplicas(limits.Replicas, out ReplicaSet from)
                    || !reader.TryReadBinaryOf(from.Count * Request.MacBytes, out ReadOnlyMemory<byte> macs))
                    return false;
                message = (Reply)reply with { Vouchers = new Vouchers(from, macs) };
                return true;
            case MessageType.VouchedReadReply when fields == 7:
                if (!TryReadAnswer(ref reader, MessageType.ReadReply, limits, out ClientMessage? answer)
                    || !ReadVoucherCodec.TryRead(ref reader, limits, out IReadOnlyList<ReadVoucher>? vouchers))
                    return false;
                message = (ReadReply)answer with { Vouchers = vouchers };
                return true;
            default:
                return false;
        }
    }

    private static void WriteAnswer(
        ref CanonicalWriter writer, ulong nonce, ulong number, Regency regency, ReplyStatus status, bool isDigest,
        ReadOnlySpan<byte> result)
    {
        writer.WriteUInt64(nonce);
        writer.WriteUInt64(number);
        writer.WriteInt64(regency.Value);
        writer.WriteInt64((long)status);
        writer.WriteBoolean(isDigest);
        writer.WriteBinary(result);
    }

    private static bool TryReadAnswer(
        ref CanonicalReader reader, MessageType type, CodecLimits limits,
        [NotNullWhen(true)] out ClientMessage? message)
    {
        message = null;
        if (!reader.TryReadUInt64(out ulong nonce)
            || !reader.TryReadUInt64(out ulong number)
            || !reader.TryReadRegency(out Regency regency)
            || !reader.TryReadInt32((int)ReplyStatus.NotPermitted, out int status)
            || !reader.TryReadBoolean(out bool isDigest)
            || !reader.TryReadBinary(isDigest ? Digest.Size : limits.ReplyBytesMax, out ReadOnlyMemory<byte> result)
            || (isDigest && result.Length != Digest.Size)) return false;
        message = type == MessageType.Reply
            ? new Reply(nonce, number, regency, (ReplyStatus)status, isDigest, result)
            : new ReadReply(nonce, number, regency, (ReplyStatus)status, isDigest, result);
        return true;
    }
}
