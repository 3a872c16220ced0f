using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>
/// What replicas send each other: an array of the type's number and the fields in the order of their declaration.
/// </summary>
internal static class PeerMessageCodec
{
    private static ReadOnlySpan<byte> StopDataDomain => "bftsmr stopdata"u8;
    private static ReadOnlySpan<byte> CheckpointDomain => "bftsmr checkpoint"u8;

    /// <summary>
    /// What a STOPDATA's sender signs: a domain tag and <c>[regency, sender, lastExecuted, silentUntil, certificate,
    /// evidence]</c>.
    /// </summary>
    public static byte[] SignedBytes(StopData message)
    {
        ArrayBufferWriter<byte> output = new(1024);
        output.Write(StopDataDomain);
        CanonicalWriter writer = new(output);
        writer.WriteArrayHeader(6);
        StopDataCodec.WriteSignedFields(ref writer, message);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>What a CHECKPOINT's sender signs: a domain tag and <c>[instance, root, sender]</c>.</summary>
    public static byte[] SignedBytes(Checkpoint message)
    {
        ArrayBufferWriter<byte> output = new(128);
        output.Write(CheckpointDomain);
        CanonicalWriter writer = new(output);
        writer.WriteArrayHeader(3);
        writer.WriteInt64(message.Instance.Value);
        writer.WriteDigest(message.Root);
        writer.WriteInt64(message.Sender.Value);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    public static void Encode(PeerMessage message, IBufferWriter<byte> output)
    {
        CanonicalWriter writer = new(output);
        switch (message)
        {
            case Propose m:
                WritePropose(ref writer, m);
                break;
            case Write m:
                WriteBallot(ref writer, MessageType.Write, m.Regency, m.Instance, m.Value);
                break;
            case Accept m:
                WriteBallot(ref writer, MessageType.Accept, m.Regency, m.Instance, m.Value);
                break;
            case Refuse m:
                WriteRefuse(ref writer, m);
                break;
            case Vouch m:
                WriteVouch(ref writer, m);
                break;
            case RelayRead m:
                WriteRelayRead(ref writer, m);
                break;
            case VouchRead m:
                WriteVouchRead(ref writer, m);
                break;
            case Forward m:
                Begin(ref writer, MessageType.Forward, 1);
                RequestCodec.Write(ref writer, m.Request);
                break;
            case Stop m:
                Begin(ref writer, MessageType.Stop, 1);
                writer.WriteInt64(m.Next.Value);
                break;
            case StopData m:
                Begin(ref writer, MessageType.StopData, 1);
                StopDataCodec.Write(ref writer, m);
                break;
            case Sync m:
                Begin(ref writer, MessageType.Sync, 2);
                SyncCodec.WriteFields(ref writer, m);
                break;
            case Checkpoint m:
                WriteCheckpoint(ref writer, m);
                break;
            case Status m:
                WriteStatus(ref writer, m);
                break;
            case FamilyMessage m:
                Begin(ref writer, (MessageType)m.Number, m.FieldCount);
                m.WriteFields(ref writer);
                break;
            default:
                CatchUpCodec.Write(ref writer, message);
                break;
        }
        writer.Flush();
    }

    /// <summary>
    /// Decodes a message that is all of <paramref name="frame"/>; the result keeps slices of it. Nothing in it has been
    /// authenticated.
    /// </summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> frame, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        CanonicalReader reader = new(frame);
        if (!TryBegin(ref reader, out MessageType type, out int fields)) return false;
        return TryReadFields(ref reader, type, fields, limits, out message) && reader.AtEnd;
    }

    /// <summary>The array header and the type; <paramref name="fields"/> follow.</summary>
    internal static void Begin(ref CanonicalWriter writer, MessageType type, int fields)
    {
        writer.WriteArrayHeader(1 + fields);
        writer.WriteInt64((long)type);
    }

    /// <summary>The array header and the type; so many <paramref name="fields"/> follow, if all is well.</summary>
    internal static bool TryBegin(ref CanonicalReader reader, out MessageType type, out int fields)
    {
        type = default;
        fields = 0;
        if (!reader.TryReadArray(CanonicalFormat.FixArrayCountMax, 1, out int count) || count == 0) return false;
        if (!reader.TryReadInt32(CanonicalFormat.FixIntMax, out int number)) return false;
        type = (MessageType)number;
        fields = count - 1;
        return true;
    }

    private static bool TryReadFields(
        ref CanonicalReader reader, MessageType type, int fields, CodecLimits limits,
        [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        switch (type)
        {
            case MessageType.Propose when fields == 3:
                return TryReadPropose(ref reader, limits, out message);
            case MessageType.Write or MessageType.Accept when fields == 3:
                return TryReadBallot(ref reader, type, out message);
            case MessageType.Refuse when fields == 4:
                return TryReadRefuse(ref reader, limits, out message);
            case MessageType.Vouch when fields == 2:
                return TryReadVouch(ref reader, limits, out message);
            case MessageType.RelayRead when fields == 5:
                return TryReadRelayRead(ref reader, limits, out message);
            case MessageType.VouchRead when fields == 4:
                return TryReadVouchRead(ref reader, limits, out message);
            case MessageType.Forward when fields == 1:
                if (!RequestCodec.TryRead(ref reader, limits, out Request? request)) return false;
                message = new Forward(request);
                return true;
            case MessageType.Stop when fields == 1:
                if (!reader.TryReadRegency(out Regency next)) return false;
                message = new Stop(next);
                return true;
            case MessageType.StopData when fields == 1:
                if (!StopDataCodec.TryRead(ref reader, limits, out StopData? stopData)) return false;
                message = stopData;
                return true;
            case MessageType.Sync when fields == 2:
                if (!SyncCodec.TryReadFields(ref reader, limits, out Sync? sync)) return false;
                message = sync;
                return true;
            case MessageType.Checkpoint when fields == 4:
                return TryReadCheckpoint(ref reader, limits, out message);
            case MessageType.Status when fields == 11:
                return TryReadStatus(ref reader, limits, out message);
            case >= (MessageType)MessageFamily.FirstNumber:
                message = limits.Family is { } family
                    && family.TryReadMessage(ref reader, (int)type, fields, limits, out FamilyMessage? own)
                    ? own : null;
                return message is not null;
            default:
                return CatchUpCodec.TryReadFields(ref reader, type, fields, limits, out message);
        }
    }

    private static void WritePropose(ref CanonicalWriter writer, Propose message)
    {
        Begin(ref writer, MessageType.Propose, 3);
        writer.WriteInt64(message.Regency.Value);
        writer.WriteInt64(message.Instance.Value);
        BatchCodec.Write(ref writer, message.Batch);
    }

    private static bool TryReadPropose(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!reader.TryReadRegency(out Regency regency)
            || !reader.TryReadInstance(out Instance instance)
            || !BatchCodec.TryRead(ref reader, limits, out Batch? batch)) return false;
        message = new Propose(regency, instance, batch);
        return true;
    }

    private static void WriteVouch(ref CanonicalWriter writer, Vouch message)
    {
        Begin(ref writer, MessageType.Vouch, 2);
        writer.WriteInt64(message.Instance.Value);
        writer.WriteBinary(message.Macs.Span);
    }

    private static bool TryReadVouch(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!reader.TryReadInstance(out Instance instance)
            || !reader.TryReadBinary(limits.BatchRequestsMax * Request.MacBytes, out ReadOnlyMemory<byte> macs)
            || macs.IsEmpty || macs.Length % Request.MacBytes != 0) return false;
        message = new Vouch(instance, macs);
        return true;
    }

    private static void WriteRelayRead(ref CanonicalWriter writer, RelayRead message)
    {
        Begin(ref writer, MessageType.RelayRead, 5);
        writer.WriteInt64(message.Client.Value);
        writer.WriteUInt64(message.Nonce);
        writer.WriteUInt64(message.ReadId);
        writer.WriteBinary(message.Operation.Span);
        writer.WriteBinary(message.Mac.Span);
    }

    private static bool TryReadRelayRead(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!TryReadRead(ref reader, out ClientId client, out ulong nonce, out ulong readId)
            || !reader.TryReadBinary(limits.OperationBytesMax, out ReadOnlyMemory<byte> operation)
            || !reader.TryReadBinaryOf(Request.MacBytes, out ReadOnlyMemory<byte> mac)) return false;
        message = new RelayRead(client, nonce, readId, operation, mac);
        return true;
    }

    private static void WriteVouchRead(ref CanonicalWriter writer, VouchRead message)
    {
        Begin(ref writer, MessageType.VouchRead, 4);
        writer.WriteInt64(message.Client.Value);
        writer.WriteUInt64(message.Nonce);
        writer.WriteUInt64(message.ReadId);
        ReadVoucherCodec.Write(ref writer, message.Voucher);
    }

    private static bool TryReadVouchRead(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!TryReadRead(ref reader, out ClientId client, out ulong nonce, out ulong readId)
            || !ReadVoucherCodec.TryRead(ref reader, limits, out ReadVoucher voucher)) return false;
        message = new VouchRead(client, nonce, readId, voucher);
        return true;
    }

    private static void WriteCheckpoint(ref CanonicalWriter writer, Checkpoint message)
    {
        Begin(ref writer, MessageType.Checkpoint, 4);
        writer.WriteInt64(message.Instance.Value);
        writer.WriteDigest(message.Root);
        writer.WriteInt64(message.Sender.Value);
        writer.WriteBinary(message.Signature.Span);
    }

    private static bool TryReadCheckpoint(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!reader.TryReadInstance(out Instance instance)
            || !reader.TryReadDigest(out Digest root)
            || !reader.TryReadReplica(limits.Replicas, out ReplicaId sender)
            || !reader.TryReadBinaryOf(Request.SignatureBytes, out ReadOnlyMemory<byte> signature)) return false;
        message = new Checkpoint(instance, root, sender) { Signature = signature };
        return true;
    }

    private static void WriteStatus(ref CanonicalWriter writer, Status message)
    {
        Begin(ref writer, MessageType.Status, 11);
        writer.WriteInt64(message.Regency.Value);
        writer.WriteBoolean(message.Synchronized);
        writer.WriteInt64(message.LastExecuted.Value);
        writer.WriteInt64(message.Stable.Value);
        writer.WriteInt64(message.LastAccepted.Value);
        writer.WriteInt64(message.Wanted.Value);
        writer.WriteBoolean(message.VotesForgotten);
        writer.WriteInt64(message.SilentBelow.Value);
        writer.WriteBoolean(message.IsBehind);
        writer.WriteUInt64(message.Run);
        writer.WriteArrayHeader(message.Runs.Count);
        foreach (ulong run in message.Runs) writer.WriteUInt64(run);
    }

    private static void WriteBallot(
        ref CanonicalWriter writer, MessageType type, Regency regency, Instance instance, Digest value)
    {
        Begin(ref writer, type, 3);
        writer.WriteInt64(regency.Value);
        writer.WriteInt64(instance.Value);
        writer.WriteDigest(value);
    }

    private static bool TryReadBallot(
        ref CanonicalReader reader, MessageType type, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!reader.TryReadRegency(out Regency regency) || !reader.TryReadInstance(out Instance instance)
            || !reader.TryReadDigest(out Digest value)) return false;
        message = type == MessageType.Write
            ? new Write(regency, instance, value)
            : new Accept(regency, instance, value);
        return true;
    }

    private static bool TryReadRead(ref CanonicalReader reader, out ClientId client, out ulong nonce, out ulong readId)
    {
        nonce = readId = 0;
        bool read = reader.TryReadInt32(int.MaxValue, out int value)
            && reader.TryReadUInt64(out nonce)
            && reader.TryReadUInt64(out readId);
        client = new ClientId(value);
        return read;
    }

    private static void WriteRefuse(ref CanonicalWriter writer, Refuse message)
    {
        Begin(ref writer, MessageType.Refuse, 4);
        writer.WriteInt64(message.Regency.Value);
        writer.WriteInt64(message.Instance.Value);
        writer.WriteDigest(message.Value);
        writer.WriteArrayHeader(message.Clients.Count);
        for (int i = 0; i < message.Clients.Count; i++)
        {
            if (i > 0 && message.Clients[i] <= message.Clients[i - 1])
                throw new InvalidOperationException("Refused clients are sorted.");
            writer.WriteInt64(message.Clients[i].Value);
        }
    }

    private static bool TryReadRefuse(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!reader.TryReadRegency(out Regency regency) || !reader.TryReadInstance(out Instance instance)
            || !reader.TryReadDigest(out Digest value)
            || !reader.TryReadArray(limits.BatchRequestsMax, 1, out int count)) return false;
        ClientId[] clients = count == 0 ? [] : new ClientId[count];
        for (int i = 0; i < clients.Length; i++)
        {
            if (!reader.TryReadInt32(int.MaxValue, out int client) || (i > 0 && client <= clients[i - 1].Value))
                return false;
            clients[i] = new ClientId(client);
        }
        message = new Refuse(regency, instance, value, clients);
        return true;
    }

    private static bool TryReadStatus(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!reader.TryReadRegency(out Regency regency)
            || !reader.TryReadBoolean(out bool synchronized)
            || !reader.TryReadInstance(out Instance lastExecuted)
            || !reader.TryReadInstance(out Instance stable)
            || !reader.TryReadInstance(out Instance lastAccepted)
            || !reader.TryReadRegency(out Regency wanted)
            || !reader.TryReadBoolean(out bool votesForgotten)
            || !reader.TryReadRegency(out Regency silentBelow)
            || !reader.TryReadBoolean(out bool isBehind)
            || !reader.TryReadUInt64(out ulong run)
            || !reader.TryReadArray(limits.Replicas)) return false;
        ulong[] runs = new ulong[limits.Replicas];
        foreach (ref ulong heard in runs.AsSpan())
        {
            if (!reader.TryReadUInt64(out heard)) return false;
        }
        message = new Status(regency, synchronized, lastExecuted, stable)
        {
            LastAccepted = lastAccepted, Wanted = wanted, VotesForgotten = votesForgotten,
            SilentBelow = silentBelow, IsBehind = isBehind, Run = run, Runs = runs,
        };
        return true;
    }
}
