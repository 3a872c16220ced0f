using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Codec;

/// <summary>
/// What the log holds: an array of the type's number and the fields in the order of their declaration. Checksums and
/// framing are the log's; still, a record is decoded as if a stranger had written it.
/// </summary>
internal static class LogRecordCodec
{
    public static void Encode(LogRecord record, IBufferWriter<byte> output)
    {
        CanonicalWriter writer = new(output);
        switch (record)
        {
            case RegencyInstalled r:
                PeerMessageCodec.Begin(ref writer, MessageType.RegencyInstalled, 1);
                writer.WriteInt64(r.Regency.Value);
                break;
            case RegencySynchronized r:
                PeerMessageCodec.Begin(ref writer, MessageType.RegencySynchronized, 2);
                SyncCodec.WriteFields(ref writer, r.Sync);
                break;
            case WriteVoted r:
                PeerMessageCodec.Begin(ref writer, MessageType.WriteVoted, 3);
                writer.WriteInt64(r.Instance.Value);
                StopDataCodec.WriteVote(ref writer, r.Vote);
                WriteOptionalBatch(ref writer, r.Batch);
                break;
            case QuorumWritten r:
                PeerMessageCodec.Begin(ref writer, MessageType.QuorumWritten, 2);
                writer.WriteInt64(r.Instance.Value);
                StopDataCodec.WriteVote(ref writer, r.Vote);
                break;
            case ValueDecided r:
                PeerMessageCodec.Begin(ref writer, MessageType.ValueDecided, 3);
                writer.WriteInt64(r.Instance.Value);
                writer.WriteDigest(r.Value);
                WriteOptionalBatch(ref writer, r.Batch);
                break;
            case CheckpointStable r:
                PeerMessageCodec.Begin(ref writer, MessageType.CheckpointStable, 2);
                CertificateCodec.Write(ref writer, r.Certificate);
                CertificateCodec.WriteManifest(ref writer, r.Manifest);
                break;
            case SilentUpTo r:
                PeerMessageCodec.Begin(ref writer, MessageType.SilentUpTo, 2);
                writer.WriteInt64(r.Instance.Value);
                writer.WriteInt64(r.Regency.Value);
                break;
            case RegencyWanted r:
                PeerMessageCodec.Begin(ref writer, MessageType.RegencyWanted, 1);
                writer.WriteInt64(r.Regency.Value);
                break;
            case FamilyRecord r:
                PeerMessageCodec.Begin(ref writer, (MessageType)r.Number, r.FieldCount);
                r.WriteFields(ref writer);
                break;
            default:
                throw new ArgumentException(
                    $"{record.GetType().Name} has no encoding: give it a number in {nameof(MessageType)}.",
                    nameof(record));
        }
        writer.Flush();
    }

    /// <summary>Decodes a record that is all of <paramref name="bytes"/>; the result keeps slices of it.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, CodecLimits limits, [NotNullWhen(true)] out LogRecord? record)
    {
        record = null;
        CanonicalReader reader = new(bytes);
        if (!PeerMessageCodec.TryBegin(ref reader, out MessageType type, out int fields)) return false;
        return TryReadFields(ref reader, type, fields, limits, out record) && reader.AtEnd;
    }

    private static bool TryReadFields(
        ref CanonicalReader reader, MessageType type, int fields, CodecLimits limits,
        [NotNullWhen(true)] out LogRecord? record)
    {
        record = null;
        switch (type)
        {
            case MessageType.RegencyInstalled when fields == 1:
                if (!reader.TryReadRegency(out Regency regency)) return false;
                record = new RegencyInstalled(regency);
                return true;
            case MessageType.RegencySynchronized when fields == 2:
                if (!SyncCodec.TryReadFields(ref reader, limits, out Sync? sync)) return false;
                record = new RegencySynchronized(sync);
                return true;
            case MessageType.WriteVoted when fields == 3:
                if (!reader.TryReadInstance(out Instance voted)
                    || !StopDataCodec.TryReadVote(ref reader, out Vote vote)
                    || !TryReadOptionalBatch(ref reader, limits, out Batch? batch)) return false;
                record = new WriteVoted(voted, vote, batch);
                return true;
            case MessageType.QuorumWritten when fields == 2:
                if (!reader.TryReadInstance(out Instance written)
                    || !StopDataCodec.TryReadVote(ref reader, out Vote quorum)) return false;
                record = new QuorumWritten(written, quorum);
                return true;
            case MessageType.ValueDecided when fields == 3:
                if (!reader.TryReadInstance(out Instance decided)
                    || !reader.TryReadDigest(out Digest value)
                    || !TryReadOptionalBatch(ref reader, limits, out Batch? body)) return false;
                record = new ValueDecided(decided, value, body);
                return true;
            case MessageType.CheckpointStable when fields == 2:
                if (!CertificateCodec.TryRead(ref reader, limits, out CheckpointCertificate? certificate)
                    || !CertificateCodec.TryReadManifest(ref reader, certificate, out Manifest? manifest)) return false;
                record = new CheckpointStable(certificate, manifest);
                return true;
            case MessageType.SilentUpTo when fields == 2:
                if (!reader.TryReadInstance(out Instance silent) || !reader.TryReadRegency(out Regency silentBelow))
                    return false;
                record = new SilentUpTo(silent, silentBelow);
                return true;
            case MessageType.RegencyWanted when fields == 1:
                if (!reader.TryReadRegency(out Regency wanted)) return false;
                record = new RegencyWanted(wanted);
                return true;
            case >= (MessageType)MessageFamily.FirstNumber:
                record = limits.Family is { } family
                    && family.TryReadRecord(ref reader, (int)type, fields, limits, out FamilyRecord? own)
                    ? own : null;
                return record is not null;
            default:
                return false;
        }
    }

    private static void WriteOptionalBatch(ref CanonicalWriter writer, Batch? batch)
    {
        if (batch is null) writer.WriteNil();
        else BatchCodec.Write(ref writer, batch);
    }

    private static bool TryReadOptionalBatch(ref CanonicalReader reader, CodecLimits limits, out Batch? batch)
    {
        batch = null;
        return reader.TryReadNil() || BatchCodec.TryRead(ref reader, limits, out batch);
    }
}
