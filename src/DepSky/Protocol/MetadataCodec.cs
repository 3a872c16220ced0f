using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Metadata as bytes: canonical MessagePack <c>[body, signature]</c>, the signature over the body. Everything that is
/// read here was written by an enemy until the signature has been verified; after that it is checked for sense all the
/// same.
/// </summary>
internal static class MetadataCodec
{
    private const int FormatVersion = 1;
    private const int BodyFields = 17;
    private const int UnitBytesMax = UnitName.BytesMax;

    /// <summary>The end of the year 9999, beyond which there are no dates.</summary>
    private const long CreatedAtMsMax = 253_402_300_799_999;

    public static byte[] Encode(ObjectMetadata metadata, KeyPair writer)
    {
        ArrayBufferWriter<byte> body = new();
        CanonicalWriter write = new(body);
        write.WriteArrayHeader(BodyFields);
        write.WriteInt64(FormatVersion);
        write.WriteBinary("depsky metadata"u8);
        write.WriteBinary(Encoding.UTF8.GetBytes(metadata.Unit));
        IdCodec.Write(ref write, metadata.Id);
        IdCodec.Write(ref write, metadata.Data);
        write.WriteInt64((int)metadata.Protection);
        write.WriteInt64(metadata.Clouds);
        write.WriteInt64(metadata.Faulty);
        write.WriteInt64(metadata.CreatedAtMs);
        write.WriteBoolean(metadata.IsDeleted);
        write.WriteInt64(metadata.SizeBytes);
        write.WriteInt64(metadata.SegmentBytes);
        write.WriteBoolean(metadata.NeedsReaderKey);
        write.WriteArrayHeader(metadata.ShareDigests.Count);
        foreach (Digest digest in metadata.ShareDigests) write.WriteDigest(digest);
        write.WriteInt64(metadata.Segments.Count);
        int blocks = DigestsPerSegment(metadata.Protection, metadata.Clouds);
        byte[] holders =
            new byte[2 * metadata.Segments.Count], digests = new byte[Digest.Size * blocks * metadata.Segments.Count];
        for (int s = 0; s < metadata.Segments.Count; s++)
        {
            SegmentDigests segment = metadata.Segments[s];
            holders[2 * s] = (byte)(segment.Holders >> 8);
            holders[2 * s + 1] = (byte)segment.Holders;
            for (int b = 0; b < blocks; b++) segment.Blocks[b].CopyTo(digests.AsSpan(Digest.Size * (s * blocks + b)));
        }
        write.WriteBinary(holders);
        write.WriteBinary(digests);
        write.Flush();
        return SignedBody.Encode(body.WrittenSpan, writer);
    }

    /// <summary>Reads metadata that a cloud gave for a name.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, string unit, VersionId id, PublicKey writer, CloudQuorums quorums,
        [NotNullWhen(true)] out ObjectMetadata? metadata, out MetadataRejection rejection)
    {
        metadata = null;
        if (!SignedBody.TryOpen(
            bytes, SegmentShape.MetadataBytesMax, writer, out ReadOnlyMemory<byte> body, out rejection))
            return false;
        rejection = MetadataRejection.Malformed;
        if (!TryReadBody(body, out ObjectMetadata? read)) return false;
        if (read.Unit != unit || read.Id != id) rejection = MetadataRejection.AnotherName;
        else if (read.Clouds != quorums.Clouds || read.Faulty != quorums.Faulty)
            rejection = MetadataRejection.OtherClouds;
        else if (!IsConsistent(read)) rejection = MetadataRejection.Inconsistent;
        else
        {
            rejection = MetadataRejection.None;
            metadata = read;
        }
        return metadata is not null;
    }

    private static bool TryReadBody(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out ObjectMetadata? metadata)
    {
        metadata = null;
        CanonicalReader read = new(body);
        if (!read.TryReadArray(BodyFields)
            || !read.TryReadInt32(FormatVersion, out int version) || version != FormatVersion
            || !read.TryReadBinary(32, out ReadOnlyMemory<byte> kind) || !kind.Span.SequenceEqual("depsky metadata"u8)
            || !read.TryReadBinary(UnitBytesMax, out ReadOnlyMemory<byte> unit)
            || !IdCodec.TryRead(ref read, out VersionId id)
            || !IdCodec.TryRead(ref read, out VersionId data)
            || !read.TryReadInt32((int)DataProtection.Replicated, out int protection) || protection == 0
            || !read.TryReadInt32(CloudQuorums.CloudsMax, out int clouds) || clouds == 0
            || !read.TryReadInt32(CloudQuorums.CloudsMax, out int faulty) || clouds < 3 * faulty + 1
            || !read.TryReadInt64(out long createdAtMs)
            || !read.TryReadBoolean(out bool isDeleted)
            || !read.TryReadInt64(out long sizeBytes)
            || !read.TryReadInt32(SegmentShape.SegmentBytesMax, out int segmentBytes)
            || !read.TryReadBoolean(out bool needsReaderKey)
            || !read.TryReadArray(clouds, Digest.Size, out int shareCount))
            return false;
        Digest[] shares = new Digest[shareCount];
        for (int i = 0; i < shareCount; i++)
        {
            if (!read.TryReadDigest(out shares[i])) return false;
        }
        int blocks = DigestsPerSegment((DataProtection)protection, clouds);
        if (!read.TryReadInt32(SegmentShape.SegmentsMax(clouds), out int segmentCount)
            || !read.TryReadBinaryOf(2 * segmentCount, out ReadOnlyMemory<byte> holders)
            || !read.TryReadBinaryOf(Digest.Size * blocks * segmentCount, out ReadOnlyMemory<byte> digests)
            || !read.AtEnd)
            return false;
        metadata = new ObjectMetadata
        {
            Unit =
                Encoding.UTF8.GetString(unit.Span), Id = id, Data = data, Protection = (DataProtection)protection,
                Clouds = clouds, Faulty = faulty, CreatedAtMs = createdAtMs,
            IsDeleted =
                isDeleted, SizeBytes = sizeBytes, SegmentBytes = segmentBytes, NeedsReaderKey = needsReaderKey,
                ShareDigests = shares,
            Segments = ReadSegments(segmentCount, blocks, holders.Span, digests.Span),
        };
        return true;
    }

    private static SegmentDigests[] ReadSegments(
        int count, int blocks, ReadOnlySpan<byte> holders, ReadOnlySpan<byte> digests)
    {
        SegmentDigests[] segments = new SegmentDigests[count];
        for (int s = 0; s < count; s++)
        {
            Digest[] block = new Digest[blocks];
            for (int b = 0; b < blocks; b++)
                block[b] = new Digest(digests.Slice(Digest.Size * (s * blocks + b), Digest.Size));
            segments[s] = new SegmentDigests((ushort)(holders[2 * s] << 8 | holders[2 * s + 1]), block);
        }
        return segments;
    }

    private static bool IsConsistent(ObjectMetadata m)
    {
        int shares = m.Protection == DataProtection.Confidential && !m.IsDeleted ? m.Clouds : 0;
        if (m.ShareDigests.Count != shares || m.CreatedAtMs > CreatedAtMsMax) return false;
        if (m.IsDeleted) return m.SizeBytes == 0 && m.Segments.Count == 0;
        if (m.SegmentBytes < SegmentShape.SegmentBytesMin) return false;
        // A sum could pass the end of 64 bits.
        long started = m.SizeBytes % m.SegmentBytes == 0 ? 0 : 1;
        return m.Segments.Count == Math.Max(1, m.SizeBytes / m.SegmentBytes + started);
    }

    private static int DigestsPerSegment(DataProtection protection, int clouds) =>
        protection == DataProtection.Confidential ? clouds : 1;
}
