using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Messages;
using static BftCloud.Primitives.CanonicalFormat;

namespace BftSmr.Codec;

/// <summary>
/// A batch is <c>[timestamp, seed, [request, …]]</c>; its digest is BLAKE2b of the same with the digest of each
/// request's body in place of the body, as that is there already: it is what the request's authentication is checked
/// against.
/// </summary>
internal static class BatchCodec
{
    [ThreadStatic]
    private static ByteBuffer? _digested;

    /// <summary>Bytes of the smallest batch.</summary>
    public const int EncodedBytesMin = 4;

    /// <summary>The batch that stands where nothing has to be decided: no requests, timestamp 0, seed 0.</summary>
    public static Batch Noop { get; } = Create(0, 0, []);

    /// <summary>A new batch of requests, in this order.</summary>
    public static Batch Create(long timestampMicros, ulong seed, IReadOnlyList<Request> requests)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timestampMicros);
        ArgumentNullException.ThrowIfNull(requests);
        int size = SizeOfFields(timestampMicros, seed, requests.Count);
        for (int i = 0; i < requests.Count; i++) size = checked(size + RequestCodec.EncodedBytes(requests[i]));

        ByteBuffer output = new(size);
        CanonicalWriter writer = new(output);
        WriteFields(ref writer, timestampMicros, seed, requests.Count);
        for (int i = 0; i < requests.Count; i++) RequestCodec.Write(ref writer, requests[i]);
        writer.Flush();
        Invariant.Holds(output.Length == size, "the size computed is the size written");
        return new Batch
        {
            TimestampMicros = timestampMicros, Seed = seed, Requests = requests, Encoded = output.WrittenMemory,
            Digest = Hash(timestampMicros, seed, requests),
        };
    }

    /// <summary>Decodes a batch that is all of <paramref name="encoded"/>; the result keeps slices of it.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> encoded, CodecLimits limits, [NotNullWhen(true)] out Batch? batch)
    {
        CanonicalReader reader = new(encoded);
        return TryRead(ref reader, limits, out batch) && reader.AtEnd;
    }

    /// <summary>
    /// The same batch, holding nothing but a copy of its bytes: a third of the memory, for one that is kept but has
    /// been executed.
    /// </summary>
    public static Batch Compact(Batch batch, ReadOnlyMemory<byte> encoded, CodecLimits limits) => new()
    {
        TimestampMicros = batch.TimestampMicros,
        Seed = batch.Seed,
        Requests = batch.Requests.Count == 0 ? [] : new RequestsOnDemand(encoded, batch.Requests.Count, limits),
        Encoded = encoded,
        Digest = batch.Digest,
    };

    public static void Write(ref CanonicalWriter writer, Batch batch) => writer.WriteRaw(batch.Encoded.Span);

    public static bool TryRead(ref CanonicalReader reader, CodecLimits limits, [NotNullWhen(true)] out Batch? batch)
    {
        batch = null;
        int start = reader.Position;
        if (!reader.TryReadArray(3)
            || !reader.TryReadInt64(out long timestampMicros)
            || !reader.TryReadUInt64(out ulong seed)
            || !reader.TryReadArray(limits.BatchRequestsMax, RequestCodec.EncodedBytesMin, out int count)) return false;

        Request[] requests = count == 0 ? [] : new Request[count];
        for (int i = 0; i < requests.Length; i++)
        {
            if (!RequestCodec.TryRead(ref reader, limits, out Request? request)) return false;
            if (reader.Position - start > limits.BatchEncodedBytesMax) return false;
            requests[i] = request;
        }
        ReadOnlyMemory<byte> encoded = reader.Since(start);
        batch = new Batch
        {
            TimestampMicros = timestampMicros,
            Seed = seed,
            Requests = requests,
            Encoded = encoded,
            Digest = Hash(timestampMicros, seed, requests),
        };
        return true;
    }

    private static Digest Hash(long timestampMicros, ulong seed, IReadOnlyList<Request> requests)
    {
        ByteBuffer digested = _digested ??= new ByteBuffer();
        digested.Reset();
        CanonicalWriter writer = new(digested);
        WriteFields(ref writer, timestampMicros, seed, requests.Count);
        for (int i = 0; i < requests.Count; i++) RequestCodec.WriteDigested(ref writer, requests[i]);
        writer.Flush();
        return Blake2b.Hash(digested.Written);
    }

    private static int SizeOfFields(long timestampMicros, ulong seed, int requests) =>
        1 + SizeOfUInt64((ulong)timestampMicros) + SizeOfUInt64(seed) + SizeOfArrayHeader(requests);

    private static void WriteFields(ref CanonicalWriter writer, long timestampMicros, ulong seed, int requests)
    {
        writer.WriteArrayHeader(3);
        writer.WriteInt64(timestampMicros);
        writer.WriteUInt64(seed);
        writer.WriteArrayHeader(requests);
    }
}
