using BftCloud.Primitives;
using BftSmr.Runs;
using BftSmr.Tests.Codec;

namespace BftSmr.Tests.Runs;

public sealed class ManifestCodecTests
{
    private static readonly RunDescription[] ThreeRuns = [Run(1), Run(2), Run(3)];

    [Fact]
    public void A_manifest_is_decoded_to_the_same_and_its_root_is_that_of_its_bytes()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Manifest manifest = new RandomMessages(seed, size: 1 + seed % 20).Manifest();
            Assert.True(ManifestCodec.TryDecode(manifest.Encoded, out Manifest? decoded), $"seed {seed}");
            Assert.Equal((manifest.Number, manifest.Instance), (decoded.Number, decoded.Instance));
            Assert.Equal(manifest.Runs, decoded.Runs);
            Assert.Equal(manifest.Merges, decoded.Merges);
            Assert.Equal(manifest.Bytes, decoded.Bytes);
            Assert.Equal(manifest.Encoded.ToArray(), decoded.Encoded.ToArray());
            Assert.Equal(ManifestCodec.RootOf(manifest.Encoded.Span), decoded.Root);
            Assert.Equal(manifest, decoded);
        }
    }

    [Fact]
    public void The_largest_manifest_fits_and_one_more_run_does_not()
    {
        RunDescription[] runs = [.. Enumerable.Range(0, Manifest.RunsMax).Select(
            static i => Run(i) with { Bytes = long.MaxValue / 512, Level = RunDescription.BottomLevel })];
        PlannedMerge[] merges = [.. Enumerable.Range(0, Manifest.RunsMax / 2).Select(
            static i => new PlannedMerge(2 * i, 2, RunDescription.BottomLevel, long.MaxValue))];
        Assert.True(Decodes(new Manifest(long.MaxValue - 1, new Instance(long.MaxValue), runs, merges)));
        Assert.False(Decodes(new Manifest(1, new Instance(1), [.. runs, Run(999)], [])));
    }

    public static TheoryData<string> Malformed => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_no_policy_makes_is_refused(string name) =>
        Assert.False(ManifestCodec.TryDecode(Wrong[name], out _));

    [Fact]
    public void Every_field_is_part_of_the_root()
    {
        PlannedMerge merge = new(0, 2, 1, 9);
        Manifest[] all =
        [
            new(5, new Instance(7), ThreeRuns, [merge]),
            new(6, new Instance(7), ThreeRuns, [merge]),
            new(5, new Instance(8), ThreeRuns, [merge]),
            new(5, new Instance(7), ThreeRuns, []),
            new(5, new Instance(7), ThreeRuns[..2], [merge]),
            new(5, new Instance(7), [Run(2), Run(1), Run(3)], [merge]),
            new(5, new Instance(7), [Run(4), Run(2), Run(3)], [merge]),
            new(5, new Instance(7), [Run(1) with { Bytes = 99 }, Run(2), Run(3)], [merge]),
            new(5, new Instance(7), [Run(1) with { Level = 3 }, Run(2), Run(3)], [merge]),
            new(5, new Instance(7), ThreeRuns, [merge with { First = 1 }]),
            new(5, new Instance(7), ThreeRuns, [merge with { Count = 3 }]),
            new(5, new Instance(7), ThreeRuns, [merge with { Level = 2 }]),
            new(5, new Instance(7), ThreeRuns, [merge with { Due = 10 }]),
        ];
        Assert.Equal(all.Length, all.Select(static m => m.Root).Distinct().Count());
    }

    [Fact]
    public void Other_bytes_are_refused()
    {
        byte[] right = new Manifest(5, new Instance(7), ThreeRuns, [new(0, 2, 1, 9)]).Encoded.ToArray();
        Assert.True(ManifestCodec.TryDecode(right, out _));
        for (int length = 0; length < right.Length; length++)
            Assert.False(ManifestCodec.TryDecode(right.AsMemory(..length), out _));
        Assert.False(ManifestCodec.TryDecode((byte[])[.. right, 0], out _));
        Assert.False(ManifestCodec.TryDecode(new byte[ManifestCodec.BytesMax + 1], out _));
        byte[] other = [.. right];
        for (int at = 0; at < other.Length; at++)
        {
            for (int value = 0; value <= byte.MaxValue; value++)
            {
                other[at] = (byte)value;
                if (value == right[at] || !ManifestCodec.TryDecode(other, out Manifest? manifest)) continue;
                Assert.True(at > 1, "The version is part of it.");
                Assert.Equal(other, ManifestCodec.Encode(
                    manifest.Number, manifest.Instance, manifest.Runs, manifest.Merges).ToArray());
            }
            other[at] = right[at];
        }
    }

    [Fact]
    public void A_merge_is_named_by_what_is_merged_and_how()
    {
        Manifest manifest = new(5, new Instance(7), ThreeRuns, []);
        PlannedMerge[] merges =
            [new(0, 2, 1, 9), new(0, 3, 1, 9), new(1, 2, 1, 9), new(0, 2, 2, 9), new(0, 2, 40, 9)];
        Assert.Equal(merges.Length, merges.Select(m => m.NameIn(manifest)).Distinct().Count());
        Manifest moved = new(6, new Instance(8), [Run(0), .. ThreeRuns], []);
        Assert.Equal(merges[2].NameIn(manifest), (merges[2] with { First = 2 }).NameIn(moved));
        // At the bottom, removals go: the result is another one.
        Assert.NotEqual(merges[0].NameIn(manifest), (merges[0] with { First = 1 }).NameIn(moved));
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Wrong { get; } = new()
    {
        ["number 0"] = Of(0, new Instance(7), ThreeRuns, []),
        ["instance 0"] = Of(5, Instance.Zero, ThreeRuns, []),
        ["an empty run"] = Of(5, new Instance(7), [Run(1) with { Bytes = 0 }], []),
        ["more bytes than there are"] = Of(
            5, new Instance(7), [Run(1) with { Bytes = long.MaxValue - 1 }, Run(2), Run(3)],
            []),
        ["a level above the bottom"] = Of(5, new Instance(7), [Run(1) with { Level = 41 }], []),
        ["a merge of one"] = Of(5, new Instance(7), ThreeRuns, [new(0, 1, 1, 9)]),
        ["a merge of none"] = Of(5, new Instance(7), ThreeRuns, [new(0, 0, 1, 9)]),
        ["a merge beyond the runs"] = Of(5, new Instance(7), ThreeRuns, [new(2, 2, 1, 9)]),
        ["merges that overlap"] = Of(5, new Instance(7), ThreeRuns, [new(0, 2, 1, 9), new(1, 2, 1, 9)]),
        ["merges of the same"] = Of(5, new Instance(7), ThreeRuns, [new(0, 2, 1, 9), new(0, 2, 1, 9)]),
        ["merges in no order"] = Of(
            5, new Instance(7), [.. ThreeRuns, Run(4)], [new(2, 2, 1, 9), new(0, 2, 1, 9)]),
        ["a merge that is due now"] = Of(5, new Instance(7), ThreeRuns, [new(0, 2, 1, 5)]),
        ["a merge that was due"] = Of(5, new Instance(7), ThreeRuns, [new(0, 2, 1, 4)]),
        ["a merge to a level above the bottom"] = Of(5, new Instance(7), ThreeRuns, [new(0, 2, 41, 9)]),
        ["a merge of so many that the sum is negative"] = Of(
            5, new Instance(7), ThreeRuns, [new(2, int.MaxValue, 1, 9)]),
    };

    private static bool Decodes(Manifest manifest) => ManifestCodec.TryDecode(manifest.Encoded, out _);

    /// <summary>The bytes alone: a manifest that cannot be need not be made.</summary>
    private static ReadOnlyMemory<byte> Of(
        long number, Instance instance, RunDescription[] runs, PlannedMerge[] merges) =>
        ManifestCodec.Encode(number, instance, runs, merges);

    private static RunDescription Run(int number) => new(Digest.Of([(byte)number, (byte)(number >> 8)]), 10, 0);
}
