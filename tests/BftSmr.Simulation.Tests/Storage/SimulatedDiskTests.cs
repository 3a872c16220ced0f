using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;
using BftSmr.Simulation.Storage;

namespace BftSmr.Simulation.Tests.Storage;

public class SimulatedDiskTests
{
    [Fact]
    public void What_was_flushed_survives_a_loss_of_power_and_of_the_rest_only_a_prefix()
    {
        HashSet<int> survivors = [];
        for (ulong seed = 0; seed < 100; seed++)
        {
            SimulatedDisk disk = New();
            for (int i = 0; i < 3; i++) disk.Append(Record(i));
            disk.Flush(disk.End);
            for (int i = 3; i < 6; i++) disk.Append(Record(i));
            disk.LosePower(new SimulationRandom(seed));
            int[] left = Regencies(disk);
            Assert.Equal(Enumerable.Range(0, left.Length), left);
            survivors.Add(left.Length);
        }
        Assert.Equal([3, 4, 5, 6], survivors.Order());
    }

    [Fact]
    public void A_decision_is_on_disk_when_its_batch_is_as_well_or_a_checkpoint_covers_it()
    {
        SimulatedDisk disk = New();
        Batch batch = BatchCodec.Create(1, 1, []);
        disk.Append(new ValueDecided(new Instance(1), batch.Digest, null));
        disk.Flush(disk.End);
        disk.Append(new ValueDecided(new Instance(1), batch.Digest, batch));
        Assert.False(disk.HasDecision(new Instance(1)));
        disk.Flush(disk.End);
        Assert.True(disk.HasDecision(new Instance(1)));
        disk.Append(new WriteVoted(new Instance(2), new Vote(Regency.Zero, batch.Digest), batch));
        disk.Flush(disk.End);
        Assert.False(disk.HasDecision(new Instance(2)));
        disk.Append(new ValueDecided(new Instance(2), batch.Digest, null));
        disk.Flush(disk.End);
        Assert.True(disk.HasDecision(new Instance(2)));
        Assert.False(disk.HasDecision(new Instance(3)));
        Write(disk, 3);
        Assert.True(disk.HasDecision(new Instance(3)));
    }

    [Fact]
    public void The_log_is_cut_before_the_segment_of_a_checkpoint_that_is_stable_and_is_here()
    {
        SimulatedDisk disk = New();
        disk.Append(Record(1));
        disk.BeginSegment(new Instance(10), [Record(2)]);
        disk.Append(Record(3));
        disk.Truncate(new Instance(10));
        Assert.Equal([1, 2, 3], Regencies(disk));
        Write(disk, 10);
        Assert.Equal([2, 3], Regencies(disk));
        Assert.Equal(new Instance(10), disk.Recover().Checkpoint.Instance);
    }

    [Fact]
    public void Before_a_log_is_cut_everything_appended_is_on_disk()
    {
        SimulatedDisk disk = New();
        disk.Append(Record(1));
        disk.BeginSegment(new Instance(10), [Record(2), Record(3)]);
        disk.Append(Record(4));
        Write(disk, 10);
        disk.Truncate(new Instance(10));
        Assert.Equal(0, disk.LosePower(new SimulationRandom(1)));
        Assert.Equal([2, 3, 4], Regencies(disk));
    }

    [Fact]
    public void The_newest_checkpoint_counts_stable_or_not_and_the_last_two_stable_ones_are_kept()
    {
        SimulatedDisk disk = New();
        for (int i = 10; i <= 50; i += 10) Write(disk, i);
        disk.Truncate(new Instance(40));
        Assert.Equal([30L, 40, 50], disk.Checkpoints.Instances.Select(static s => s.Value));
        Assert.Equal(new Instance(50), disk.Recover().Checkpoint.Instance);
    }

    [Fact]
    public void A_wiped_disk_misses_votes_until_the_replica_wrote_down_how_far_they_can_have_gone()
    {
        SimulatedDisk disk = New();
        disk.Append(Record(1));
        Assert.False(disk.Recover().VotesMissing);
        disk.Wipe();
        Assert.Empty(Regencies(disk));
        Assert.True(disk.Recover().VotesMissing);
        disk.Append(new SilentUpTo(new Instance(7), Regency.Zero));
        Assert.False(disk.Recover().VotesMissing);
    }

    [Fact]
    public void A_torn_write_costs_only_what_was_not_flushed_and_is_never_taken_for_damage()
    {
        HashSet<int> survivors = [];
        for (ulong seed = 0; seed < 200; seed++)
        {
            SimulatedDisk disk = New();
            _ = disk.Recover();
            for (int i = 0; i < 20; i++) disk.Append(Record(i));
            disk.Flush(disk.End);
            for (int i = 20; i < 60; i++) disk.Append(Record(i));
            disk.LosePower(new SimulationRandom(seed), new SimulationRandom(seed));
            DiskContents found = disk.Recover();
            Assert.False(found.VotesMissing);
            Assert.Null(found.Damage);
            Assert.InRange(found.Records.Count, 20, 60);
            survivors.Add(found.Records.Count);
        }
        Assert.True(survivors.Count > 10);
    }

    [Fact]
    public void Damage_to_what_was_flushed_is_noticed_and_what_comes_before_it_is_kept()
    {
        int noticed = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            SimulatedDisk disk = New();
            _ = disk.Recover();
            for (int i = 0; i < 60; i++)
            {
                disk.Append(Record(i));
                disk.Flush(disk.End);
                if (i == 40) disk.BeginSegment(new Instance(10), [Record(100)]);
            }
            SimulationRandom random = new(seed);
            disk.Damage(image => image.Corrupt(random));
            DiskContents found = disk.Recover();
            Assert.False(found.Unnoticed);
            Assert.Equal(found.VotesMissing, found.Damage is not null);
            if (found.Damage is not null) noticed++;
            Assert.Equal(found.VotesMissing, disk.Recover().VotesMissing);
        }
        Assert.True(noticed > 100);
    }

    [Fact]
    public void A_damaged_run_is_neither_sent_nor_loaded_and_what_is_right_of_it_is_kept()
    {
        SimulatedDisk disk = New();
        Manifest manifest = Write(disk, 10, keys: 100);
        RunDescription run = Assert.Single(manifest.Runs);
        int chunks = (int)MerkleTree.ChunkCount(run.Bytes, 64);
        Assert.All(Enumerable.Range(0, chunks), i => Assert.NotNull(disk.Checkpoints.ReadPiece(run.Root, i)));
        Assert.Null(disk.Checkpoints.ReadPiece(run.Root, chunks));

        disk.Checkpoints.Damage(new SimulationRandom(1));

        Assert.True(disk.Checkpoints.IsDamaged);
        Assert.Single(Enumerable.Range(0, chunks), i => disk.Checkpoints.ReadPiece(run.Root, i) is null);
        DiskContents found = disk.Recover();
        Assert.Equal((Instance.Zero, true), (found.Checkpoint.Instance, found.CheckpointLost));
        MissingRun missing = Assert.Single(disk.Checkpoints.BeginFetch(manifest));
        Assert.Equal((run, chunks - 1), (missing.Run, missing.Chunks.Count));
    }

    private static Manifest Write(SimulatedDisk disk, int instance, int keys = 1)
    {
        ChangedRecords touched = new();
        for (int i = 0; i < keys; i++) touched.Put([0, (byte)i], new byte[] { (byte)instance, (byte)i });
        disk.Checkpoints.WriteTouched(touched);
        return disk.WriteCheckpoint(new Instance(instance));
    }

    private static SimulatedDisk New() => new(
        new CodecLimits { Replicas = 4 },
        new ReplicaSettings { Quorums = Quorums.Byzantine(4, 1), Self = new ReplicaId(0), ChunkBytes = 64 });

    private static RegencyInstalled Record(int number) => new(new Regency(number));

    private static int[] Regencies(SimulatedDisk disk) =>
        [.. disk.Recover().Records.Select(static r => (int)((RegencyInstalled)r).Regency.Value)];
}
