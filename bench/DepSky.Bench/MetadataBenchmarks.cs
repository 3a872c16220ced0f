using BenchmarkDotNet.Attributes;
using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Bench;

/// <summary>The signed metadata of an object of 16 segments on four clouds.</summary>
public class MetadataBenchmarks
{
    private const int Segments = 16;
    private const int SegmentBytes = 1 << 20;

    private readonly CloudQuorums _quorums = new(4, 1);
    private KeyPair _writer = null!;
    private ObjectMetadata _metadata = null!;
    private byte[] _bytes = null!;
    private object? _result;

    [GlobalSetup]
    public void SetUp()
    {
        _writer = KeyPair.Generate();
        VersionId id = new(new ObjectVersion(1, 7), 99);
        _metadata = new ObjectMetadata
        {
            Unit = "bench/object",
            Id = id,
            Data = id,
            Protection = DataProtection.Confidential,
            Clouds = _quorums.Clouds,
            Faulty = _quorums.Faulty,
            CreatedAtMs = 1_700_000_000_000,
            IsDeleted = false,
            SizeBytes = Segments * SegmentBytes,
            SegmentBytes = SegmentBytes,
            NeedsReaderKey = false,
            ShareDigests = Digests(),
            Segments = [.. Enumerable.Range(0, Segments).Select(_ => new SegmentDigests(0b0111, Digests()))],
        };
        _bytes = MetadataCodec.Encode(_metadata, _writer);
    }

    [GlobalCleanup]
    public void CleanUp() => _writer.Dispose();

    [Benchmark]
    public void EncodeAndSign() => _result = MetadataCodec.Encode(_metadata, _writer);

    [Benchmark]
    public void VerifyAndDecode()
    {
        bool isRead = MetadataCodec.TryDecode(
            _bytes, _metadata.Unit, _metadata.Id, _writer.PublicKey, _quorums, out ObjectMetadata? metadata, out _);
        if (!isRead) throw new InvalidOperationException("The decoder refused what the encoder wrote.");
        _result = metadata;
    }

    private Digest[] Digests() => [.. Enumerable.Range(0, _quorums.Clouds).Select(static i => Digest.Of([(byte)i]))];
}
