using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Tests.Runs;

/// <summary>What <see cref="RunWriter"/> writes, and what else may come where a run is expected.</summary>
public sealed class RunReaderTests
{
    private static readonly int[] ChunkSizes = [1, 2, 3, 6, 7, 8, 9, 13, 64, 1000, 1 << 20];

    [Fact]
    public void What_was_written_is_read_whatever_the_length_of_a_chunk()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            List<Change> changes = RandomRuns.Next(new Random(seed), seed % 40);
            foreach (int chunkBytes in ChunkSizes)
            {
                MemoryRun? run = MemoryRun.Of(new ListedChanges(changes), chunkBytes);
                Assert.Equal(changes.Count == 0, run is null);
                if (run is null) continue;
                using RunReader reader = new(run);
                Assert.Equal(changes, Change.AllOf(reader));
                Assert.False(reader.MoveNext());
            }
        }
    }

    [Fact]
    public void The_longest_keys_and_values_over_many_chunks_are_read()
    {
        Change[] changes =
        [
            Change.Put("", new string('x', StateChange.ValueBytesMax)),
            Change.RemoveAll(new string('k', RunCursor.KeyBytesMax)),
            Change.Put(new string('k', RunCursor.KeyBytesMax), new string('y', 5_000_000)),
            Change.Put("l", ""),
        ];
        using RunReader reader = new(MemoryRun.Of(new ListedChanges(changes), 256 << 10)!);
        Assert.Equal(changes, Change.AllOf(reader));
    }

    [Fact]
    public void A_run_is_its_changes_one_after_the_other()
    {
        MemoryRun run = MemoryRun.Of(
            new ListedChanges([Change.RemoveAll("a"), Change.Remove("a"), Change.Put("ab", "xyz")]), 1000)!;
        Assert.Equal(
            [0, 0, 1, 0, 0, 0, 0, (byte)'a', 1, 0, 1, 0, 0, 0, 0, (byte)'a',
                2, 0, 2, 0, 0, 0, 3, (byte)'a', (byte)'b', (byte)'x', (byte)'y', (byte)'z'],
            run.Bytes);
        Assert.Equal(MerkleTree.Of(run.Bytes, 1000).Root, run.Tree.Root);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(10_000)]
    public void A_byte_that_differs_anywhere_is_damage_of_its_chunk(int chunkBytes)
    {
        List<Change> changes = RandomRuns.Next(new Random(5), 40);
        MemoryRun run = MemoryRun.Of(new ListedChanges(changes), chunkBytes)!;
        for (int at = 0; at < run.Bytes.Length; at++)
        {
            run.Bytes[at] ^= 0x20;
            using RunReader reader = new(run);
            RunDamagedException damage = Assert.Throws<RunDamagedException>(() => Change.AllOf(reader));
            Assert.Equal((at / chunkBytes, run.Tree.Root), (damage.Chunk, damage.Root));
            run.Bytes[at] ^= 0x20;
        }
    }

    public static TheoryData<string> OutOfOrder =>
    [
        "P b,P a", "P a,P a", "P a,R a", "R a,R a", "R a,P a", "P a,A a", "A a,A a", "P ab,P a", "P a,P ", "A b,A a",
    ];

    [Theory]
    [MemberData(nameof(OutOfOrder))]
    public void Changes_out_of_order_are_refused(string changes)
    {
        ListedChanges listed = new(changes.Split(',').Select(static c => c[0] switch
        {
            'P' => Change.Put(c[2..], "x"),
            'R' => Change.Remove(c[2..]),
            _ => Change.RemoveAll(c[2..]),
        }));
        using RunReader reader = new(MemoryRun.Of(listed, 5)!);
        Assert.True(reader.MoveNext());
        Assert.Throws<RunDamagedException>(() => reader.MoveNext());
    }

    [Theory]
    [InlineData(3, 1, 0)] // no kind
    [InlineData(255, 1, 0)]
    [InlineData(0, 1, 1)] // removals with a value
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, -1)]
    [InlineData(2, 1, int.MinValue)]
    [InlineData(2, 1, int.MaxValue)]
    [InlineData(2, 1, RunCursor.ValueBytesMax + 1)]
    [InlineData(2, RunCursor.KeyBytesMax + 1, 0)]
    [InlineData(2, ushort.MaxValue, 0)]
    public void A_header_of_no_change_is_refused(byte kind, int keyLength, int valueLength)
    {
        byte[] bytes = new byte[RunFormat.HeaderBytes + 70_000];
        bytes[0] = kind;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), (ushort)keyLength);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(3), valueLength);
        Assert.False(RunFormat.TryReadHeader(bytes, out _, out _, out _));
        using RunReader reader = new(new MemoryRun(bytes, 1000));
        Assert.Throws<RunDamagedException>(() => reader.MoveNext());
    }

    [Fact]
    public void A_run_that_ends_within_a_change_is_refused_wherever_that_is()
    {
        List<Change> changes = RandomRuns.Next(new Random(7), 30);
        byte[] whole = MemoryRun.Of(new ListedChanges(changes), 1000)!.Bytes;
        for (int length = 1; length < whole.Length; length++)
        {
            foreach (int chunkBytes in (int[])[1, 7, 64, 1000])
            {
                using RunReader reader = new(new MemoryRun(whole[..length], chunkBytes));
                List<Change> read = [];
                RunDamagedException? damage = null;
                try
                {
                    read = Change.AllOf(reader);
                }
                catch (RunDamagedException e)
                {
                    damage = e;
                }
                if (damage is null) Assert.Equal(changes[..read.Count], read);
                else Assert.Contains("ends within a change", damage.Message, StringComparison.Ordinal);
                Assert.Equal(Ends(changes).Contains(length), damage is null);
            }
        }
    }

    /// <summary>A change says that it is long, and is not: no memory goes to bytes that are not there.</summary>
    [Fact]
    public void A_length_beyond_the_end_of_the_run_takes_no_memory()
    {
        byte[] bytes = [2, 0, 1, 1, 0, 0, 0, (byte)'k', 1, 2, 3]; // 16 MiB, it says
        MemoryRun run = new(bytes, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using RunReader reader = new(run);
        Assert.Throws<RunDamagedException>(() => reader.MoveNext());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static HashSet<int> Ends(List<Change> changes)
    {
        HashSet<int> ends = [];
        int end = 0;
        foreach (Change change in changes)
            ends.Add(end += RunFormat.HeaderBytes + change.Key.Length + change.Value.Length);
        return ends;
    }
}
