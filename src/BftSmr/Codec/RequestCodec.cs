using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Keys;
using BftSmr.Messages;
using static BftCloud.Primitives.CanonicalFormat;

namespace BftSmr.Codec;

/// <summary>
/// A request is <c>[bin body, bin macs, bin signature]</c>; its body, which is what the client authenticates, is itself
/// <c>[client, nonce, sequence, outstanding, kind, repliers, fullReplier, wantsOneReply, bin operation]</c>. Its digest
/// is BLAKE2b of the body; MACs are over the digest, the signature over a domain tag and the digest.
/// </summary>
internal static class RequestCodec
{
    /// <summary>Bytes of the smallest request.</summary>
    public const int EncodedBytesMin = 1 + 2 + BodyBytesMin + 2 + 2;

    private const int BodyFields = 9;
    private const int BodyBytesMin = 1 + 8 + 2;
    private const int BodyBytesMax = 1 + 5 + 9 + 9 + 9 + 1 + 9 + 1 + 1 + 5;

    private static ReadOnlySpan<byte> SignatureDomain => "bftsmr request"u8;

    /// <summary>A new request without authentication.</summary>
    public static Request Create(
        SessionId session, ulong sequence, RequestKind kind, ReplicaSet repliers, ReplicaId fullReplier,
        ReadOnlyMemory<byte> operation,
        ulong outstanding = 1, bool wantsOneReply = false)
    {
        int size = 1
            + SizeOfUInt64((ulong)session.Client.Value) + SizeOfUInt64(session.Nonce)
            + SizeOfUInt64(sequence) + SizeOfUInt64(outstanding)
            + SizeOfUInt64((ulong)kind) + SizeOfUInt64(repliers.Bits)
            + SizeOfUInt64((ulong)fullReplier.Value) + 1 + SizeOfBinary(operation.Length);
        ByteBuffer output = new(size);
        CanonicalWriter writer = new(output);
        writer.WriteArrayHeader(BodyFields);
        writer.WriteInt64(session.Client.Value);
        writer.WriteUInt64(session.Nonce);
        writer.WriteUInt64(sequence);
        writer.WriteUInt64(outstanding);
        writer.WriteInt64((long)kind);
        writer.WriteReplicas(repliers);
        writer.WriteInt64(fullReplier.Value);
        writer.WriteBoolean(wantsOneReply);
        writer.WriteBinary(operation.Span);
        writer.Flush();
        Invariant.Holds(output.Length == size, "the size computed is the size written");
        ReadOnlyMemory<byte> body = output.WrittenMemory;
        return new Request
        {
            Session = session,
            Sequence = sequence,
            Outstanding = outstanding,
            Kind = kind,
            Repliers = repliers,
            FullReplier = fullReplier,
            WantsOneReply = wantsOneReply,
            Operation = body[(size - operation.Length)..],
            Body = body,
            Digest = Blake2b.Hash(body.Span),
        };
    }

    /// <summary>The same request with MACs for all replicas, a signature, or both added to what it has.</summary>
    public static Request Authenticate(
        Request request, IKeyring keyring, int replicas, bool macs, bool signature) => WithAuthentication(
            request,
            macs ? ComputeMacs(request.Digest, keyring, replicas) : request.Macs,
            signature ? Sign(request.Digest, keyring) : request.Signature);

    /// <summary>The same body with other authentication beside it.</summary>
    public static Request WithAuthentication(
        Request request, ReadOnlyMemory<byte> macs, ReadOnlyMemory<byte> signature) => new()
    {
        Session = request.Session,
        Sequence = request.Sequence,
        Outstanding = request.Outstanding,
        Kind = request.Kind,
        Repliers = request.Repliers,
        FullReplier = request.FullReplier,
        WantsOneReply = request.WantsOneReply,
        Operation = request.Operation,
        Body = request.Body,
        Digest = request.Digest,
        Macs = macs,
        Signature = signature,
    };

    /// <summary>Whether the MAC for one replica is there and right.</summary>
    public static bool VerifyMac(Request request, ReplicaId replica, IKeyring keyring)
    {
        int start = replica.Value * Request.MacBytes;
        if (request.Macs.Length < start + Request.MacBytes) return false;
        Span<byte> digest = stackalloc byte[Digest.Size];
        request.Digest.CopyTo(digest);
        return keyring.VerifyMacFromClient(
            request.Session.Client, digest, request.Macs.Span.Slice(start, Request.MacBytes));
    }

    /// <summary>Whether the client's signature is there and right.</summary>
    public static bool VerifySignature(Request request, IKeyring keyring)
    {
        if (request.Signature.Length != Request.SignatureBytes) return false;
        Span<byte> message = stackalloc byte[SignatureDomain.Length + Digest.Size];
        SignedMessage(request.Digest, message);
        return keyring.VerifyClient(request.Session.Client, message, request.Signature.Span);
    }

    /// <summary>Bytes of the encoded request.</summary>
    public static int EncodedBytes(Request request) =>
        1 + SizeOfBinary(request.Body.Length) + SizeOfBinary(request.Macs.Length) + SizeOfBinary(
            request.Signature.Length);

    public static void Write(ref CanonicalWriter writer, Request request)
    {
        writer.WriteArrayHeader(3);
        writer.WriteBinary(request.Body.Span);
        writer.WriteBinary(request.Macs.Span);
        writer.WriteBinary(request.Signature.Span);
    }

    /// <summary>
    /// Writes the request with the digest of its body in place of the body: what a batch's digest covers.
    /// </summary>
    public static void WriteDigested(ref CanonicalWriter writer, Request request)
    {
        writer.WriteArrayHeader(3);
        writer.WriteDigest(request.Digest);
        writer.WriteBinary(request.Macs.Span);
        writer.WriteBinary(request.Signature.Span);
    }

    public static bool TryRead(ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out Request? request)
    {
        request = null;
        if (!reader.TryReadArray(3)
            || !reader.TryReadBinaryHeader(BodyBytesMax + limits.OperationBytesMax, out int bodyLength)) return false;

        int bodyStart = reader.Position;
        if (!reader.TryReadArray(BodyFields)
            || !reader.TryReadInt32(int.MaxValue, out int client)
            || !reader.TryReadUInt64(out ulong nonce)
            || !reader.TryReadUInt64(out ulong sequence) || sequence == 0
            || !reader.TryReadUInt64(out ulong outstanding) || outstanding == 0 || outstanding > sequence
            || !reader.TryReadInt32((int)RequestKind.OrderedQuery, out int kind)
            || !reader.TryReadReplicas(limits.Replicas, out ReplicaSet repliers)
            || !reader.TryReadReplica(limits.Replicas, out ReplicaId fullReplier)
            || !reader.TryReadBoolean(out bool wantsOneReply)
            || !reader.TryReadBinary(limits.OperationBytesMax, out ReadOnlyMemory<byte> operation)
            || reader.Position - bodyStart != bodyLength) return false;
        ReadOnlyMemory<byte> body = reader.Since(bodyStart);

        if (!reader.TryReadBinary(limits.MacsBytes, out ReadOnlyMemory<byte> macs)
            || (!macs.IsEmpty && macs.Length != limits.MacsBytes)
            || !reader.TryReadBinary(Request.SignatureBytes, out ReadOnlyMemory<byte> signature)
            || (!signature.IsEmpty && signature.Length != Request.SignatureBytes)) return false;

        request = new Request
        {
            Session = new SessionId(new ClientId(client), nonce),
            Sequence = sequence,
            Outstanding = outstanding,
            Kind = (RequestKind)kind,
            Repliers = repliers,
            FullReplier = fullReplier,
            WantsOneReply = wantsOneReply,
            Operation = operation,
            Body = body,
            Digest = Blake2b.Hash(body.Span),
            Macs = macs,
            Signature = signature,
        };
        return true;
    }

    private static byte[] ComputeMacs(Digest digest, IKeyring keyring, int replicas)
    {
        Span<byte> message = stackalloc byte[Digest.Size];
        digest.CopyTo(message);
        byte[] macs = new byte[replicas * Request.MacBytes];
        for (int i = 0; i < replicas; i++)
        {
            keyring.MacForReplica(new ReplicaId(i), message, macs.AsSpan(i * Request.MacBytes, Request.MacBytes));
        }
        return macs;
    }

    private static byte[] Sign(Digest digest, IKeyring keyring)
    {
        Span<byte> message = stackalloc byte[SignatureDomain.Length + Digest.Size];
        SignedMessage(digest, message);
        byte[] signature = new byte[Request.SignatureBytes];
        keyring.Sign(message, signature);
        return signature;
    }

    private static void SignedMessage(Digest digest, Span<byte> message)
    {
        SignatureDomain.CopyTo(message);
        digest.CopyTo(message[SignatureDomain.Length..]);
    }
}
