using BftCloud.Primitives;
using BftSmr.Runs;
using BftSmr.Settings;
using Xunit.Abstractions;

namespace BftSmr.Tests.Runs;

public sealed class MergePolicyTests(ITestOutputHelper output)
{
    private const int Checkpoints = 3000;
    private const long Mebibyte = 1 << 20;
    private const long DefaultBytes = 8 * Mebibyte;

    /// <summary>
    /// Replicas that put in all the time, and never anything twice (share 1 and no bound), or the same again and again.
    /// </summary>
    /// <param name="checkpointBytes">The setting.</param>
    /// <param name="touchedMost">The most bytes that a checkpoint touches.</param>
    /// <param name="share">What a merge leaves of its runs.</param>
    /// <param name="stateMost">The most that it leaves.</param>
    [Theory]
    [InlineData(DefaultBytes, DefaultBytes, 1.0, long.MaxValue)]
    [InlineData(DefaultBytes, DefaultBytes, 1.0, 100 * Mebibyte)]
    [InlineData(DefaultBytes, DefaultBytes, 0.5, 1000 * Mebibyte)]
    [InlineData(DefaultBytes, 20, 1.0, long.MaxValue)]
    [InlineData(DefaultBytes, 5 * DefaultBytes, 1.0, long.MaxValue)]
    [InlineData(DefaultBytes, DefaultBytes, 0.0, long.MaxValue)]
    [InlineData(1, 1, 1.0, long.MaxValue)]
    [InlineData(1, 1000, 1.0, 10_000)]
    [InlineData(1, 1000, 1.0, long.MaxValue)]
    [InlineData(4096, 1_000_000, 0.9, long.MaxValue)]
    public void Runs_stay_few_and_no_byte_is_written_often(
        long checkpointBytes, long touchedMost, double share, long stateMost)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            Random random = new(seed);
            SimulatedRuns runs = new(checkpointBytes, share, stateMost);
            for (int i = 0; i < Checkpoints; i++)
                runs.Next(random.Next(5) == 0 ? 0 : random.NextInt64(1, touchedMost + 1));
            double writtenPerByte = (double)runs.BytesWritten / runs.BytesPut;
            output.WriteLine(
                $"seed {seed}: at most {runs.RunsMost} runs, {writtenPerByte:0.0} bytes written for each, "
                + $"{runs.PercentAboveMost} % above the oldest");
            Assert.InRange(runs.RunsMost, 0, Manifest.RunsMax / 4);
            Assert.InRange(writtenPerByte, 0, 7);
            Assert.InRange(runs.PercentAboveMost, 0, 100);
        }
    }

    /// <summary>A large state, and then so little that is touched that no merge below is worth it.</summary>
    [Theory]
    [InlineData(DefaultBytes, 1L << 40)]
    [InlineData(DefaultBytes, 30L << 30)]
    [InlineData(1, 100_000)]
    public void A_long_merge_of_all_does_not_let_the_runs_above_it_pile_up(long checkpointBytes, long stateBytes)
    {
        SimulatedRuns runs = new(checkpointBytes, mergedShare: 1, stateBytesMax: long.MaxValue);
        runs.Next(stateBytes);
        runs.Next(stateBytes / 2); // now all of it is to be merged, and takes long
        Assert.True(Assert.Single(runs.Latest.Merges).IsBottom);
        for (int i = 0; i < Checkpoints; i++) runs.Next(checkpointBytes);
        output.WriteLine($"at most {runs.RunsMost} runs");
        Assert.InRange(runs.RunsMost, 0, Manifest.RunsMax / 4);
    }

    [Fact]
    public void Four_runs_of_a_level_become_one_of_the_next()
    {
        SimulatedRuns runs = new(DefaultBytes, mergedShare: 1, stateBytesMax: long.MaxValue);
        runs.Next(1000 * Mebibyte);
        for (int i = 0; i < 3; i++)
        {
            runs.Next(Mebibyte);
            Assert.Empty(runs.Latest.Merges);
        }
        runs.Next(Mebibyte);
        Assert.Equal([new PlannedMerge(1, 4, 1, runs.Latest.Number + 1)], runs.Latest.Merges);
        runs.Next(0);
        Assert.Equal([0, 1], runs.Latest.Runs.Select(static r => r.Level));
        Assert.Equal(4 * Mebibyte, runs.Latest.Runs[1].Bytes);
    }

    [Fact]
    public void A_large_merge_is_due_later_and_replicas_begin_it_one_after_the_other()
    {
        const int Replicas = 4;
        MergePolicy policy = new(DefaultBytes);
        RunDescription bottom = new(Digest.Of([1]), 1000 * DefaultBytes, 0);
        RunDescription above = new(Digest.Of([2]), 500 * DefaultBytes, 0);
        Manifest one = policy.Next(Manifest.Initial, new Instance(1), bottom, static _ => null);
        Manifest two = policy.Next(one, new Instance(2), above, static _ => null);
        PlannedMerge merge = Assert.Single(two.Merges);
        Assert.Equal(new PlannedMerge(0, 2, RunDescription.BottomLevel, 2 + 1 + 1500 / 16), merge);
        long[] begins = [.. Enumerable.Range(0, Replicas).Select(
            i => policy.BeginsAt(two, merge, new ReplicaId(i), Replicas))];
        Assert.Equal(begins.Distinct(), begins.Order());
        Assert.Equal(2, begins[0]);
        Assert.All(begins, begin => Assert.InRange(begin, two.Number, merge.Due - 1));
    }

    /// <summary>Two seats make their merges at other times; what they have in the end is the same.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(DefaultBytes)]
    public void Replicas_have_the_same_manifests_and_the_state_is_what_the_changes_leave(long checkpointBytes)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            MemoryCheckpoints[] replicas = [.. Enumerable.Range(0, 2).Select(i => new MemoryCheckpoints(
                new ReplicaSettings
                {
                    Self = new ReplicaId(3 * i), Quorums = Quorums.Byzantine(4, 1), ChunkBytes = 64,
                    CheckpointBytes = checkpointBytes,
                }))];
            Random random = new(seed);
            SortedDictionary<string, string> model = new(StringComparer.Ordinal);
            for (int i = 1; i <= 150; i++)
            {
                List<Change> touched = RandomRuns.Next(random, random.Next(30));
                Change.Apply(model, touched);
                foreach (MemoryCheckpoints replica in replicas)
                {
                    replica.Write(new Instance(i), new ListedChanges(touched));
                    if (random.Next(3) == 0) replica.MergeAhead();
                }
                Assert.True(replicas[0].Latest.Equals(replicas[1].Latest), $"seed {seed}, checkpoint {i}");
                Assert.Equal(
                    model.Select(static record => Change.Put(record.Key, record.Value)), replicas[0].Records());
            }
        }
    }

    [Fact]
    public void Nothing_left_is_no_run()
    {
        MemoryCheckpoints replica = new(
            new ReplicaSettings { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1) });
        replica.Write(new Instance(1), new ListedChanges([Change.Put("a", "1")]));
        replica.Write(new Instance(2), new ListedChanges([Change.Remove("a")]));
        replica.Write(new Instance(3), new ListedChanges([]));
        Assert.Equal((3, 0), ((int)replica.Latest.Number, replica.Latest.Runs.Count));
    }
}
