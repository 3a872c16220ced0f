using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Codec;

/// <summary>
/// The peer messages by which a replica fetches what it missed: SYNCs, batches, decisions, checkpoints and pieces.
/// </summary>
internal static class CatchUpCodec
{
    public static void Write(ref CanonicalWriter writer, PeerMessage message)
    {
        switch (message)
        {
            case FetchSync m:
                PeerMessageCodec.Begin(ref writer, MessageType.FetchSync, 1);
                writer.WriteInt64(m.Regency.Value);
                break;
            case FetchBatch m:
                PeerMessageCodec.Begin(ref writer, MessageType.FetchBatch, 2);
                writer.WriteInt64(m.Instance.Value);
                writer.WriteDigest(m.Value);
                break;
            case BatchBody m:
                PeerMessageCodec.Begin(ref writer, MessageType.BatchBody, 2);
                writer.WriteInt64(m.Instance.Value);
                BatchCodec.Write(ref writer, m.Batch);
                break;
            case FetchDecided m:
                PeerMessageCodec.Begin(ref writer, MessageType.FetchDecided, 3);
                writer.WriteInt64(m.From.Value);
                writer.WriteInt64(m.Count);
                writer.WriteBoolean(m.WithBodies);
                break;
            case Decided m:
                PeerMessageCodec.Begin(ref writer, MessageType.Decided, 3);
                writer.WriteInt64(m.From.Value);
                WriteDigests(ref writer, m.Values);
                writer.WriteArrayHeader(m.Bodies.Count);
                for (int i = 0; i < m.Bodies.Count; i++) BatchCodec.Write(ref writer, m.Bodies[i]);
                break;
            case FetchCheckpoint m:
                PeerMessageCodec.Begin(ref writer, MessageType.FetchCheckpoint, 1);
                writer.WriteInt64(m.Above.Value);
                break;
            case CheckpointOffer m:
                PeerMessageCodec.Begin(ref writer, MessageType.CheckpointOffer, 3);
                CertificateCodec.Write(ref writer, m.Certificate);
                CertificateCodec.WriteManifest(ref writer, m.Manifest);
                writer.WriteBoolean(m.IsInstead);
                break;
            case FetchPiece m:
                PeerMessageCodec.Begin(ref writer, MessageType.FetchPiece, 2);
                writer.WriteDigest(m.Run);
                writer.WriteInt64(m.Index);
                break;
            case Piece m:
                PeerMessageCodec.Begin(ref writer, MessageType.Piece, 4);
                writer.WriteDigest(m.Run);
                writer.WriteInt64(m.Index);
                writer.WriteBinary(m.Bytes.Span);
                WriteDigests(ref writer, m.Path);
                break;
            default:
                throw new ArgumentException(
                    $"{message.GetType().Name} has no encoding: give it a number in {nameof(MessageType)}.",
                    nameof(message));
        }
    }

    public static bool TryReadFields(
        ref CanonicalReader reader, MessageType type, int fields, CodecLimits limits,
        [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        switch (type)
        {
            case MessageType.FetchSync when fields == 1:
                if (!reader.TryReadRegency(out Regency regency)) return false;
                message = new FetchSync(regency);
                return true;
            case MessageType.FetchBatch when fields == 2:
                if (!reader.TryReadInstance(out Instance wanted) || !reader.TryReadDigest(out Digest value))
                    return false;
                message = new FetchBatch(wanted, value);
                return true;
            case MessageType.BatchBody when fields == 2:
                if (!reader.TryReadInstance(out Instance instance)
                    || !BatchCodec.TryRead(ref reader, limits, out Batch? batch)) return false;
                message = new BatchBody(instance, batch);
                return true;
            case MessageType.FetchDecided when fields == 3:
                if (!reader.TryReadInstance(out Instance first)
                    || !reader.TryReadInt32(CodecLimits.DecidedMax, out int count) || count == 0
                    || !reader.TryReadBoolean(out bool withBodies)) return false;
                message = new FetchDecided(first, count, withBodies);
                return true;
            case MessageType.Decided when fields == 3:
                return TryReadDecided(ref reader, limits, out message);
            case MessageType.FetchCheckpoint when fields == 1:
                if (!reader.TryReadInstance(out Instance above)) return false;
                message = new FetchCheckpoint(above);
                return true;
            case MessageType.CheckpointOffer when fields == 3:
                if (!CertificateCodec.TryRead(ref reader, limits, out CheckpointCertificate? certificate)
                    || !CertificateCodec.TryReadManifest(ref reader, certificate, out Manifest? manifest)
                    || !reader.TryReadBoolean(out bool isInstead)) return false;
                message = new CheckpointOffer(certificate, manifest) { IsInstead = isInstead };
                return true;
            case MessageType.FetchPiece when fields == 2:
                if (!reader.TryReadDigest(out Digest run) || !reader.TryReadInt32(int.MaxValue, out int index))
                    return false;
                message = new FetchPiece(run, index);
                return true;
            case MessageType.Piece when fields == 4:
                return TryReadPiece(ref reader, limits, out message);
            default:
                return false;
        }
    }

    private static bool TryReadDecided(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!reader.TryReadInstance(out Instance from)
            || !TryReadDigests(ref reader, CodecLimits.DecidedMax, out Digest[] values)
            || !reader.TryReadArray(values.Length, BatchCodec.EncodedBytesMin, out int count)) return false;
        int start = reader.Position;
        Batch[] bodies = count == 0 ? [] : new Batch[count];
        for (int i = 0; i < bodies.Length; i++)
        {
            if (!BatchCodec.TryRead(ref reader, limits, out Batch? body)
                || reader.Position - start > limits.DecidedBodiesBytesMax) return false;
            bodies[i] = body;
        }
        message = new Decided(from, values, bodies);
        return true;
    }

    private static bool TryReadPiece(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out PeerMessage? message)
    {
        message = null;
        if (!reader.TryReadDigest(out Digest run)
            || !reader.TryReadInt32(int.MaxValue, out int index)
            || !reader.TryReadBinary(limits.ChunkBytesMax, out ReadOnlyMemory<byte> bytes)
            || !TryReadDigests(ref reader, CodecLimits.ChunkPathMax, out Digest[] path)) return false;
        message = new Piece(run, index, bytes, path);
        return true;
    }

    private static void WriteDigests(ref CanonicalWriter writer, IReadOnlyList<Digest> digests)
    {
        writer.WriteArrayHeader(digests.Count);
        for (int i = 0; i < digests.Count; i++) writer.WriteDigest(digests[i]);
    }

    private static bool TryReadDigests(ref CanonicalReader reader, int countMax, out Digest[] digests)
    {
        digests = [];
        if (!reader.TryReadArray(countMax, CanonicalFormat.DigestBytes, out int count)) return false;
        if (count > 0) digests = new Digest[count];
        for (int i = 0; i < digests.Length; i++)
        {
            if (!reader.TryReadDigest(out digests[i])) return false;
        }
        return true;
    }
}
