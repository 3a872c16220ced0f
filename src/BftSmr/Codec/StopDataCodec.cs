using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Codec;

/// <summary>
/// A STOPDATA is <c>[regency, sender, lastExecuted, silentUntil, certificate, [evidence, …], bin signature]</c>, the
/// same alone and inside a SYNC. Evidence is
/// <c>[instance, vote or nil, [vote, …]]</c>, sorted strictly by instance, its write set strictly by value; a vote is
/// <c>[regency, value]</c>. It takes
/// <see cref="CodecLimits.StopDataBytesMax"/> at most, so that what a faulty replica signs leaves room for the others
/// in a SYNC.
/// </summary>
internal static class StopDataCodec
{
    public const int EncodedBytesMin = 1 + 4 + CertificateCodec.EncodedBytesMin + 1 + SignatureBytes;

    private const int EvidenceBytesMin = 4;
    private const int VoteBytesMin = 2 + CanonicalFormat.DigestBytes;
    private const int SignatureBytes = 2 + Request.SignatureBytes;

    public static void Write(ref CanonicalWriter writer, StopData message)
    {
        writer.WriteArrayHeader(7);
        WriteSignedFields(ref writer, message);
        writer.WriteBinary(message.Signature.Span);
    }

    /// <summary>Everything but the signature.</summary>
    public static void WriteSignedFields(ref CanonicalWriter writer, StopData message)
    {
        writer.WriteInt64(message.Regency.Value);
        writer.WriteInt64(message.Sender.Value);
        writer.WriteInt64(message.LastExecuted.Value);
        writer.WriteInt64(message.SilentUntil.Value);
        CertificateCodec.Write(ref writer, message.Stable);
        writer.WriteArrayHeader(message.Evidence.Count);
        for (int i = 0; i < message.Evidence.Count; i++)
        {
            InstanceEvidence evidence = message.Evidence[i];
            if (i > 0 && evidence.Instance <= message.Evidence[i - 1].Instance)
                throw new InvalidOperationException("Evidence is sorted by instance.");
            WriteEvidence(ref writer, evidence);
        }
    }

    public static bool TryRead(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out StopData? message)
    {
        message = null;
        int start = reader.Position;
        if (!reader.TryReadArray(7)
            || !reader.TryReadRegency(out Regency regency)
            || !reader.TryReadReplica(limits.Replicas, out ReplicaId sender)
            || !reader.TryReadInstance(out Instance lastExecuted)
            || !reader.TryReadInstance(out Instance silentUntil)
            || !CertificateCodec.TryRead(ref reader, limits, out CheckpointCertificate? stable)
            || !reader.TryReadArray(limits.EvidenceMax, EvidenceBytesMin, out int count)) return false;

        InstanceEvidence[] evidence = count == 0 ? [] : new InstanceEvidence[count];
        for (int i = 0; i < evidence.Length; i++)
        {
            if (!TryReadEvidence(ref reader, out InstanceEvidence? one)
                || (i > 0 && one.Instance <= evidence[i - 1].Instance)) return false;
            evidence[i] = one;
        }
        if (!reader.TryReadBinaryOf(Request.SignatureBytes, out ReadOnlyMemory<byte> signature)
            || reader.Position - start > limits.StopDataBytesMax) return false;
        message = new StopData(
            regency, sender, lastExecuted, stable, evidence) { SilentUntil = silentUntil, Signature = signature };
        return true;
    }

    public static void WriteVote(ref CanonicalWriter writer, Vote vote)
    {
        writer.WriteArrayHeader(2);
        writer.WriteInt64(vote.Regency.Value);
        writer.WriteDigest(vote.Value);
    }

    public static bool TryReadVote(ref CanonicalReader reader, out Vote vote)
    {
        vote = default;
        if (!reader.TryReadArray(2) || !reader.TryReadRegency(out Regency regency)
            || !reader.TryReadDigest(out Digest value)) return false;
        vote = new Vote(regency, value);
        return true;
    }

    private static void WriteEvidence(ref CanonicalWriter writer, InstanceEvidence evidence)
    {
        writer.WriteArrayHeader(3);
        writer.WriteInt64(evidence.Instance.Value);
        if (evidence.Written is Vote written) WriteVote(ref writer, written);
        else writer.WriteNil();
        writer.WriteArrayHeader(evidence.WriteSet.Count);
        for (int i = 0; i < evidence.WriteSet.Count; i++)
        {
            if (i > 0 && evidence.WriteSet[i].Value <= evidence.WriteSet[i - 1].Value)
                throw new InvalidOperationException("A write set is sorted by value.");
            WriteVote(ref writer, evidence.WriteSet[i]);
        }
    }

    private static bool TryReadEvidence(ref CanonicalReader reader, [NotNullWhen(true)] out InstanceEvidence? evidence)
    {
        evidence = null;
        if (!reader.TryReadArray(3) || !reader.TryReadInstance(out Instance instance)) return false;
        Vote? written = null;
        if (!reader.TryReadNil())
        {
            if (!TryReadVote(ref reader, out Vote vote)) return false;
            written = vote;
        }
        if (!reader.TryReadArray(CodecLimits.WriteSetMax, VoteBytesMin, out int count)) return false;
        Vote[] writeSet = count == 0 ? [] : new Vote[count];
        for (int i = 0; i < writeSet.Length; i++)
        {
            if (!TryReadVote(ref reader, out writeSet[i]) || (i > 0 && writeSet[i].Value <= writeSet[i - 1].Value))
                return false;
        }
        evidence = new InstanceEvidence(instance, written, writeSet);
        return true;
    }
}
