using BftSmr.Codec;
using BftSmr.Messages;
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
    public void An_installed_snapshot_replaces_everything_once_it_is_on_disk_and_nothing_before()
    {
        SimulatedDisk disk = New();
        disk.Append(Record(1));
        disk.Flush(disk.End);
        disk.Install(new Instance(40), new byte[] { 4 }, [Record(2)]);
        SimulationRandom losesAll = SeedThat(static r => r.Between(0, 2) == 2);
        disk.LosePower(losesAll);
        Assert.Equal((Instance.Zero, 1), (disk.Recover().Checkpoint, Regencies(disk).Single()));

        disk.Install(new Instance(40), new byte[] { 4 }, [Record(2)]);
        disk.Flush(disk.End);
        disk.LosePower(losesAll);
        Assert.Equal((new Instance(40), 2), (disk.Recover().Checkpoint, Regencies(disk).Single()));
    }

    [Fact]
    public void A_stable_checkpoint_cuts_the_log_before_its_segment()
    {
        SimulatedDisk disk = New();
        disk.Append(Record(1));
        disk.BeginSegment(new Instance(10), [Record(2)]);
        disk.Append(Record(3));
        disk.Truncate(new Instance(10));
        Assert.Equal([1, 2, 3], Regencies(disk));
        disk.StoreSnapshot(new Instance(10), new byte[] { 1 });
        disk.Truncate(new Instance(10));
        Assert.Equal([2, 3], Regencies(disk));
        Assert.Equal(new Instance(10), disk.Recover().Checkpoint);
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
        disk.Append(new SilentUpTo(new Instance(7)));
        Assert.False(disk.Recover().VotesMissing);
    }

    private static SimulatedDisk New() => new(new CodecLimits { Replicas = 4 });

    private static RegencyInstalled Record(int number) => new(new Regency(number));

    private static int[] Regencies(SimulatedDisk disk) => [.. disk.Recover().Records.Select(static r => (int)((RegencyInstalled)r).Regency.Value)];

    private static SimulationRandom SeedThat(Func<SimulationRandom, bool> condition)
    {
        ulong seed = 0;
        while (!condition(new SimulationRandom(seed))) seed++;
        return new SimulationRandom(seed);
    }
}
