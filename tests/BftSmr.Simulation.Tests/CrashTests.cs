using BftCloud.Primitives;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests;

public class CrashTests
{
    [Fact]
    public void Nothing_acknowledged_is_lost_when_all_replicas_lose_power_again_and_again()
    {
        for (ulong seed = 1; seed <= 25; seed++)
        {
            SimulationRandom random = new(seed);
            PowerLossFault[] losses =
                [.. Enumerable.Range(1, 8).Select(i => new PowerLossFault(500_000 * i + random.Next(400_000), 50_000))];
            SimulationReport report = Cluster.Simulate(new SimulationOptions
            {
                Seed =
                    seed, FaultyMicros = 5_000_000, OperationsPerClient = 60,
                    Faults = new FaultPlan { Events = losses, Disk = new DiskSpeed(500, 5_000) },
            });
            Assert.True(report.Passed, report.ToString());
            Assert.Equal(8, report.Faults["power loss of all"]);
            // A reply may be forgotten by the time its client asks again; the client is told that the operation did
            // execute.
            Assert.Equal(
                report.Operations,
                report.Acknowledged + report.Events.GetValueOrDefault("operation ends as ReplyForgotten"));
        }
    }

    [Theory]
    [InlineData(Durability.Votes)]
    [InlineData(Durability.Decisions)]
    [InlineData(Durability.None)]
    public void A_replica_that_lost_its_disk_catches_up_and_another_may_lose_its_own_then(Durability durability)
    {
        for (ulong seed = 1; seed <= 8; seed++)
        {
            DiskLossFault[] losses =
                [.. Enumerable.Range(0, 6)
                    .Select(i => new DiskLossFault(1_000_000 * (i + 1), new ReplicaId(i % 4), 10_000))];
            SimulationReport report = Cluster.Simulate(new SimulationOptions
            {
                Seed =
                    seed, Durability = durability, FaultyMicros = 8_000_000, OperationsPerClient = 60,
                    CheckpointPeriod = 8, Faults = new FaultPlan { Events = losses },
            });
            Assert.True(report.Passed, report.ToString());
            Assert.InRange(report.Faults["disk lost"], 2, 6);
            Assert.True(report.Events.ContainsKey("checkpoint loaded"), report.ToString());
        }
    }

    [Fact]
    public void Any_one_replica_may_crash_in_the_middle_of_a_load_and_no_operation_waits_long()
    {
        for (int victim = 0; victim < 4; victim++)
        {
            for (ulong seed = 1; seed <= 4; seed++)
            {
                SimulationReport report = Cluster.Simulate(new SimulationOptions
                {
                    Seed =
                        seed, FaultyMicros = 4_000_000,
                        Faults = new FaultPlan
                        {
                            Events = [new CrashFault(1_500_000, new ReplicaId(victim), 2_000_000, true)],
                        },
                });
                Assert.True(report.Passed, report.ToString());
                Assert.Equal(report.Operations, report.Acknowledged);
                Assert.InRange(report.Regency, 0, victim == 0 ? 2 : 0);
            }
        }
    }

    [Fact]
    public void A_replica_cut_off_in_one_direction_causes_no_storm_of_leader_changes()
    {
        foreach (PartitionDirection direction in Enum.GetValues<PartitionDirection>())
        {
            for (ulong seed = 1; seed <= 4; seed++)
            {
                SimulationReport report = Cluster.Simulate(new SimulationOptions
                {
                    Seed =
                        seed, FaultyMicros = 10_000_000,
                        Faults = new FaultPlan { Events = [new PartitionFault(500_000, 9_000_000, 0b0100, direction)] },
                });
                Assert.True(report.Passed, report.ToString());
                Assert.Equal(0, report.Regency);
            }
        }
    }
}
