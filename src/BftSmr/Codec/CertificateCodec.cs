using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;
using BftSmr.Runs;

namespace BftSmr.Codec;

/// <summary>
/// A checkpoint certificate is <c>[instance, root, [[sender, bin signature], …]]</c>, sorted strictly by sender.
/// </summary>
internal static class CertificateCodec
{
    public const int EncodedBytesMin = 1 + 1 + CanonicalFormat.DigestBytes + 1;

    private const int SignatureEntryBytes = 1 + 1 + 2 + Request.SignatureBytes;

    public static void Write(ref CanonicalWriter writer, CheckpointCertificate certificate)
    {
        writer.WriteArrayHeader(3);
        writer.WriteInt64(certificate.Instance.Value);
        writer.WriteDigest(certificate.Root);
        writer.WriteArrayHeader(certificate.Signatures.Count);
        for (int i = 0; i < certificate.Signatures.Count; i++)
        {
            (ReplicaId sender, ReadOnlyMemory<byte> signature) = certificate.Signatures[i];
            if (i > 0 && sender <= certificate.Signatures[i - 1].Sender)
                throw new InvalidOperationException("A certificate's signatures are sorted by sender.");
            writer.WriteArrayHeader(2);
            writer.WriteInt64(sender.Value);
            writer.WriteBinary(signature.Span);
        }
    }

    public static bool TryRead(
        ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out CheckpointCertificate? certificate)
    {
        certificate = null;
        if (!reader.TryReadArray(3)
            || !reader.TryReadInstance(out Instance instance)
            || !reader.TryReadDigest(out Digest root)
            || !reader.TryReadArray(limits.Replicas, SignatureEntryBytes, out int count)) return false;

        if (count == 0 && instance == Instance.Zero && root == default)
        {
            certificate = CheckpointCertificate.Initial;
            return true;
        }

        CheckpointSignature[] signatures = count == 0 ? [] : new CheckpointSignature[count];
        for (int i = 0; i < signatures.Length; i++)
        {
            if (!reader.TryReadArray(2)
                || !reader.TryReadReplica(limits.Replicas, out ReplicaId sender)
                || (i > 0 && sender <= signatures[i - 1].Sender)
                || !reader.TryReadBinaryOf(Request.SignatureBytes, out ReadOnlyMemory<byte> signature)) return false;
            signatures[i] = new CheckpointSignature(sender, signature);
        }
        certificate = new CheckpointCertificate(instance, root, signatures);
        return true;
    }

    public static void WriteManifest(ref CanonicalWriter writer, Manifest manifest) =>
        writer.WriteBinary(manifest.Encoded.Span);

    /// <summary>Reads the manifest that a certificate signs; false if it is another one.</summary>
    public static bool TryReadManifest(
        ref CanonicalReader reader, CheckpointCertificate certificate, [NotNullWhen(true)] out Manifest? manifest)
    {
        manifest = null;
        if (!reader.TryReadBinary(ManifestCodec.BytesMax, out ReadOnlyMemory<byte> encoded)
            || ManifestCodec.RootOf(encoded.Span) != certificate.Root
            || !ManifestCodec.TryDecode(encoded, out Manifest? read) || read.Instance != certificate.Instance)
            return false;
        manifest = read;
        return true;
    }
}
