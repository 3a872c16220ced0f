using BftCloud.Primitives;
using DepSky.Protocol;

namespace DepSky.Tests.Protocol;

/// <summary>
/// Four clouds and the operation that is explored. Versions are of one short segment; what an attempt stores follows
/// from its number, so that a reader's blocks tell whose they are.
/// </summary>
internal sealed class ExploredScene
{
    public const long CallTimeoutMicros = 1_000_000;
    private const int SizeBytes = 10;
    private static readonly CloudQuorums s_quorums = new(ExploredClouds.Count, 1);
    private static readonly UnitLayout s_layout = new("unit");
    private static readonly KeyPair s_writer = KeyPair.FromSeed(Enumerable.Repeat((byte)7, 32).ToArray());

    public ExploredScene(ExploredClouds clouds)
    {
        Clouds = clouds;
    }

    public ExploredClouds Clouds { get; }

    /// <summary>The one that was begun last.</summary>
    public ExploredOperation Operation { get; private set; } = null!;

    public ProtocolCore Core { get; private set; } = null!;

    public static WriteRequest NewRequest(int attempt) => new()
    {
        Layout = s_layout,
        Quorums = s_quorums,
        Protection = DataProtection.Confidential,
        Writer = s_writer,
        Attempt = (UInt128)attempt,
        SegmentBytes = SegmentShape.SegmentBytesMin,
        Shares =
            [.. Enumerable.Range(0, ExploredClouds.Count).Select(cloud => (ReadOnlyMemory<byte>)Share(attempt, cloud))],
    };

    public static ReadRequest NewReadRequest() =>
        new() { Layout = s_layout, Quorums = s_quorums, Writer = s_writer.PublicKey };

    public static CloudOrder NewOrder() => new(Enumerable.Range(0, ExploredClouds.Count), usualMicros: 20_000);

    public ExploredOperation BeginWrite(int attempt)
    {
        Core = new WriteCore(NewRequest(attempt), NewOrder(), CallTimeoutMicros);
        Operation = new ExploredOperation(Core, Clouds);
        for (int cloud = 0; cloud < ExploredClouds.Count; cloud++) Operation.Blocks[(0, cloud)] = Block(attempt, cloud);
        Operation.Give(new SegmentEncodedInput([.. Operation.Blocks.Values.Select(block => BlockDigest.Of(block))]));
        Operation.Give(new ContentEndedInput(SizeBytes));
        return Operation;
    }

    public ExploredOperation BeginRead()
    {
        Core = new ReadCore(NewReadRequest(), NewOrder(), CallTimeoutMicros);
        return Operation = new ExploredOperation(Core, Clouds);
    }

    /// <summary>Which attempt a read has read; it must be over, and have read one, whole.</summary>
    public int AttemptRead()
    {
        ReadCore core = Assert.IsType<ReadCore>(Core);
        Assert.Null(core.Failure);
        int attempt = (int)core.Metadata!.Data.Attempt;
        (int segment, ushort blocks) = Assert.Single(Operation.Segments);
        Assert.Equal(0, segment);
        Assert.Equal(2, System.Numerics.BitOperations.PopCount(blocks));
        for (int cloud = 0; cloud < ExploredClouds.Count; cloud++)
        {
            if ((blocks >> cloud & 1) != 0) Assert.Equal(Block(attempt, cloud), Operation.Blocks[(0, cloud)]);
        }
        Assert.True(core.Shares!.Count >= 2 && core.Shares.All(s => s.Value.Span.SequenceEqual(Share(attempt, s.Key))));
        return attempt;
    }

    /// <summary>Whether an honest cloud has the attempt's metadata.</summary>
    public bool IsVisible(VersionId id) => Clouds.IsAtHonest(s_layout.Metadata(id));

    /// <summary>How many honest clouds have all that a reader of the attempt needs of them.</summary>
    public int HonestHolders(VersionId id)
    {
        byte[] announcement = PartRecord.Announce(s_layout.Unit, id, s_writer);
        int attempt = (int)id.Attempt;
        int blocks = Clouds.HonestHolders(s_layout.Block(id, 0), cloud => Block(attempt, cloud));
        int parts =
            Clouds.HonestHolders(s_layout.Part(id), cloud => PartRecord.Encode(announcement, Share(attempt, cloud)));
        return Math.Min(blocks, parts);
    }

    private static byte[] Share(int attempt, int cloud) =>
        [.. Enumerable.Repeat((byte)(16 * attempt + cloud), SegmentShape.KeyBytes)];

    private static byte[] Block(int attempt, int cloud) =>
        [.. Enumerable.Repeat(
            (byte)(128 + 16 * attempt + cloud), SegmentShape.BlockBytes(DataProtection.Confidential, 2, SizeBytes))];
}
