using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Settings;
using BftSmr.Storage;

namespace BftSmr.Tests.Storage;

public sealed class ArchiveStoreTests : IDisposable
{
    private static readonly CodecLimits Limits = CodecLimits.For(
        new ReplicaSettings { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1) });

    private readonly TemporaryDirectory _directory = new();
    private readonly DamageLog _told = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(5, 3, true)]
    [InlineData(5, 3, false)]
    [InlineData(7, 64, true)]
    [InlineData(104, 10, true)]
    public void A_stretch_is_read_back_as_far_as_its_part_goes(int from, int count, bool withBodies)
    {
        ArchiveStore store = Open();
        store.Write(Part(5, 100));
        store.Write(Part(105, 10));
        Decided answer = store.Read(new FetchDecided(new Instance(from), count, withBodies))!;
        int expected = Math.Min(Math.Min(count, DecidedStretch.InstancesMax), 105 - from);
        Assert.Equal(new Instance(from), answer.From);
        Assert.Equal(Enumerable.Range(from, expected).Select(static i => BodyOf(i).Digest), answer.Values);
        Assert.Equal(withBodies ? answer.Values : [], answer.Bodies.Select(static b => b.Digest));
    }

    [Fact]
    public void Large_batches_are_sent_a_few_at_a_time_and_one_in_any_case()
    {
        ArchiveStore store = Open();
        store.Write(Part(1, 8, bodyBytes: 900_000));
        Assert.Equal(2, store.Read(new FetchDecided(new Instance(1), 64, WithBodies: true))!.Bodies.Count);
        Assert.Equal(8, store.Read(new FetchDecided(new Instance(1), 64, WithBodies: false))!.Values.Count);
    }

    [Fact]
    public void What_is_not_there_is_not_told()
    {
        ArchiveStore store = Open();
        Assert.Null(store.Read(new FetchDecided(new Instance(1), 64, WithBodies: true)));
        store.Write(Part(5, 4));
        store.Write(Part(9, 4));
        Assert.Null(store.Read(new FetchDecided(new Instance(4), 64, WithBodies: true)));
        Assert.Null(store.Read(new FetchDecided(new Instance(13), 64, WithBodies: true)));
        store.Forget(new Instance(11));
        Assert.Null(store.Read(new FetchDecided(new Instance(5), 64, WithBodies: true)));
        Assert.NotNull(store.Read(new FetchDecided(new Instance(9), 64, WithBodies: true)));
        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void A_start_finds_nothing_of_an_earlier_run()
    {
        Open().Write(Part(5, 4));
        ArchiveStore next = Open();
        Assert.Empty(Directory.GetFiles(_directory.Path));
        Assert.Null(next.Read(new FetchDecided(new Instance(5), 1, WithBodies: false)));
    }

    /// <summary>Whatever a disk makes of a part: what is told is what was decided, or nothing.</summary>
    [Fact]
    public void A_damaged_part_tells_nothing_wrong()
    {
        ArchiveStore store = Open();
        store.Write(Part(1, 3));
        string file = Assert.Single(Directory.GetFiles(_directory.Path));
        byte[] whole = File.ReadAllBytes(file);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0x20;
            File.WriteAllBytes(file, damaged);
            foreach (bool withBodies in (bool[])[true, false])
            {
                Decided? told = store.Read(new FetchDecided(new Instance(1), 64, withBodies));
                if (told is null) continue;
                Assert.Equal(
                    Enumerable.Range(1, told.Values.Count).Select(static n => BodyOf(n).Digest), told.Values);
                Assert.All(told.Bodies, (body, n) => Assert.Equal(BodyOf(n + 1).Digest, body.Digest));
            }
            File.WriteAllBytes(file, whole.AsSpan(0, i));
            Decided? cut = store.Read(new FetchDecided(new Instance(1), 64, WithBodies: true));
            Assert.True(cut is null || cut.Bodies.Count < 3);
        }
    }

    [Fact]
    public void Damage_of_a_part_is_found_told_once_and_gone_with_the_part()
    {
        ArchiveStore store = Open();
        store.Write(Part(1, 3));
        store.Write(Part(4, 3));
        int found = 0;
        store.Damaged = () => found++;
        Assert.Equal(2, store.Scrub().Count());
        string second = Directory.GetFiles(_directory.Path).Order(StringComparer.Ordinal).Last();
        for (long at = 0; at < new FileInfo(second).Length; at++)
        {
            LogHarness.FlipBit(second, at);
            Assert.Equal(2, store.Scrub().Concat(store.Scrub()).Count() / 2);
            Assert.Equal(second, _told.Files.Last());
            Assert.InRange(_told.Found[^1].Offset, 0, at);
            store.Forget(new Instance(6));
            Assert.Equal(_told.Damage.Found, _told.Damage.Mended);
            store.Write(Part(1, 3));
            store.Write(Part(4, 3));
        }
        Assert.Equal(_told.Damage.Found * 2, found);
    }

    private ArchiveStore Open() => ArchiveStore.Open(_directory.Path, Limits, _told.Damage);

    private static ArchiveEffect Part(int first, int count, int bodyBytes = 10) => new(
        new Instance(first),
        [.. Enumerable.Range(first, count).Select(i => BodyOf(i, bodyBytes)).Select(
            static b => new ArchivedBatch(b.Digest, b.Encoded))]);

    private static Batch BodyOf(int number, int bytes = 10) =>
        BatchCodec.Create(number, 1, [LogHarness.Request(new byte[bytes])]);
}
