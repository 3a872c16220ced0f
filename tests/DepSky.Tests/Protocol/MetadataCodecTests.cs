using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Tests.Protocol;

public sealed class MetadataCodecTests : IDisposable
{
    private static readonly CloudQuorums Quorums = new(4, 1);
    private readonly KeyPair _writer = KeyPair.Generate();

    public void Dispose() => _writer.Dispose();

    [Theory]
    [InlineData(DataProtection.Confidential, 0)]
    [InlineData(DataProtection.Confidential, 9000)]
    [InlineData(DataProtection.Replicated, 40_000)]
    public void What_was_encoded_is_decoded(DataProtection protection, long size)
    {
        ObjectMetadata metadata = Metadata(protection, size);
        byte[] bytes = MetadataCodec.Encode(metadata, _writer);
        Assert.True(
            MetadataCodec.TryDecode(
                bytes, "a/b", metadata.Id, _writer.PublicKey, Quorums, out ObjectMetadata? decoded, out _));
        Assert.Equal(
            metadata with { ShareDigests = [], Segments = [] }, decoded with { ShareDigests = [], Segments = [] });
        Assert.Equal(metadata.ShareDigests, decoded.ShareDigests);
        Assert.Equal(metadata.Segments.Select(s => s.Holders), decoded.Segments.Select(s => s.Holders));
        Assert.Equal(metadata.Segments.SelectMany(s => s.Blocks), decoded.Segments.SelectMany(s => s.Blocks));
        Assert.Equal(bytes, MetadataCodec.Encode(decoded, _writer));
    }

    [Fact]
    public void No_single_changed_or_missing_byte_is_accepted()
    {
        ObjectMetadata metadata = Metadata(DataProtection.Confidential, 9000);
        byte[] bytes = MetadataCodec.Encode(metadata, _writer);
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 0x21;
            Assert.False(
                MetadataCodec.TryDecode(changed, "a/b", metadata.Id, _writer.PublicKey, Quorums, out _, out _));
            Assert.False(
                MetadataCodec.TryDecode(
                    bytes.AsMemory(0, at), "a/b", metadata.Id, _writer.PublicKey, Quorums, out _, out _));
        }
        Assert.False(
            MetadataCodec.TryDecode(
                (byte[])[.. bytes, 0], "a/b", metadata.Id, _writer.PublicKey, Quorums, out _, out _));
    }

    [Fact]
    public void Genuine_metadata_is_refused_where_it_does_not_belong()
    {
        ObjectMetadata metadata = Metadata(DataProtection.Confidential, 9000);
        byte[] bytes = MetadataCodec.Encode(metadata, _writer);
        VersionId other = metadata.Id with { Version = new ObjectVersion(1, 8) };
        using KeyPair stranger = KeyPair.Generate();
        Assert.Equal(MetadataRejection.AnotherName, Rejection(bytes, "a/c", metadata.Id, _writer.PublicKey, Quorums));
        Assert.Equal(MetadataRejection.AnotherName, Rejection(bytes, "a/b", other, _writer.PublicKey, Quorums));
        Assert.Equal(MetadataRejection.BadSignature, Rejection(bytes, "a/b", metadata.Id, stranger.PublicKey, Quorums));
        Assert.Equal(
            MetadataRejection.OtherClouds,
            Rejection(bytes, "a/b", metadata.Id, _writer.PublicKey, new CloudQuorums(7, 2)));
        Assert.Equal(
            MetadataRejection.Inconsistent,
            Rejection(MetadataCodec.Encode(metadata with { SizeBytes = 90_000 }, _writer),
                "a/b", metadata.Id, _writer.PublicKey, Quorums));
    }

    [Theory]
    [InlineData(long.MaxValue, 1234)] // segments could not be counted without passing the end of 64 bits
    [InlineData(9000, long.MaxValue)] // beyond all dates
    public void Sizes_and_times_that_nothing_has_are_inconsistent(long sizeBytes, long createdAtMs)
    {
        ObjectMetadata metadata = Metadata(DataProtection.Replicated, 9000);
        metadata = metadata with
        {
            SizeBytes = sizeBytes, CreatedAtMs = createdAtMs,
            Segments = sizeBytes == long.MaxValue ? [metadata.Segments[0]] : metadata.Segments,
        };
        Assert.Equal(
            MetadataRejection.Inconsistent,
            Rejection(MetadataCodec.Encode(metadata, _writer), "a/b", metadata.Id, _writer.PublicKey, Quorums));
    }

    [Fact]
    public void Names_of_attempts_have_one_spelling_and_their_order()
    {
        VersionId low = new(new ObjectVersion(1, ulong.MaxValue), UInt128.MaxValue);
        VersionId high = new(new ObjectVersion(2, 0), 0);
        Assert.True(low < high && string.CompareOrdinal(low.ToString(), high.ToString()) < 0);
        Assert.True(VersionId.TryParse(low.ToString(), out VersionId parsed));
        Assert.Equal(low, parsed);
        Assert.False(VersionId.TryParse(low.ToString().ToUpperInvariant(), out _));
        Assert.False(VersionId.TryParse(low + "0", out _));
        Assert.False(VersionId.TryParse("", out _));
    }

    private static MetadataRejection Rejection(
        byte[] bytes, string unit, VersionId id, PublicKey writer, CloudQuorums quorums)
    {
        Assert.False(MetadataCodec.TryDecode(bytes, unit, id, writer, quorums, out _, out MetadataRejection rejection));
        return rejection;
    }

    private static ObjectMetadata Metadata(DataProtection protection, long size)
    {
        int blocks = protection == DataProtection.Confidential ? 4 : 1;
        return new ObjectMetadata
        {
            Unit = "a/b", Protection = protection, Clouds = 4, Faulty = 1,
            Id = new VersionId(new ObjectVersion(1, 7), 99), Data = new VersionId(new ObjectVersion(0, 6), 98),
            CreatedAtMs = 1234, IsDeleted = false, SizeBytes = size, SegmentBytes = 4096, NeedsReaderKey = true,
            ShareDigests = protection == DataProtection.Confidential
                ? [.. Enumerable.Range(0, 4).Select(i => Digest.Of([(byte)i]))]
                : [],
            Segments =
            [
                .. Enumerable.Range(0, (int)Math.Max(1, (size + 4095) / 4096)).Select(s => new SegmentDigests(
                    (ushort)(7 << s % 2), [.. Enumerable.Range(0, blocks).Select(b => Digest.Of([(byte)s, (byte)b]))])),
            ],
        };
    }
}
