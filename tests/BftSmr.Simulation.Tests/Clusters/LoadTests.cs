using BftCloud.Primitives;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Clusters;

/// <summary>Clusters whose processors and links take time, under load that goes on.</summary>
public class LoadTests
{
    private static readonly SimulationOptions s_busy = new()
    {
        Seed = 5, Clients = 4, OutstandingMax = 4, HasDefaultSettings = true, Faults = FaultPlan.None,
        FaultyMicros = 1_500_000, Processor = ProcessorCosts.Measured.SlowerBy(10),
        Load = new SteadyLoad { ThinkMicros = 10_000, HealedMicros = 500_000, MeasuredFromMicros = 500_000 },
    };

    [Fact]
    public void The_same_seed_tells_the_same_story_from_its_file_too()
    {
        SimulationOptions options = s_busy with
        {
            Faults = new FaultPlan
            {
                Network = new NetworkConditions { Bandwidth = new LinkBandwidth(1_000_000, 1 << 20), IsLasting = true },
                Interferences =
                [
                    new Interference(new ReplicaId(3), InterferenceKind.Lie, "Write", 50),
                    new Interference(null, InterferenceKind.Duplicate, "Submit", 3),
                ],
            },
        };
        SimulationReport once = Cluster.Simulate(options);
        Assert.True(once.Passed, once.ToString());
        Assert.Equal(
            once.TraceHash, Cluster.Simulate(SavedSimulation.Read(SavedSimulation.Write(options))).TraceHash);
    }

    [Fact]
    public void Load_lasts_through_the_healed_phase()
    {
        SimulationReport report = Cluster.Simulate(s_busy);
        Assert.True(report.Passed, report.ToString());
        Assert.True(report.Operations > 1.8 * report.Load!.Completed, report.ToString());
        Assert.InRange(report.RecoveryMicros, 500_000, 600_000);
        Assert.InRange(report.Load.Throughput, 300, 400);
    }

    [Fact]
    public void A_processor_that_is_too_slow_for_the_load_is_what_limits_it()
    {
        LoadReport quick = Cluster.Simulate(s_busy).Load!;
        LoadReport slow = Cluster.Simulate(s_busy with { Processor = ProcessorCosts.Measured.SlowerBy(1_000) }).Load!;
        Assert.True(slow.Completed < quick.Completed / 2, $"{slow} {quick}");
        Assert.True(slow.LongestWaitMicros > 10 * quick.LongestWaitMicros, $"{slow} {quick}");
    }

    [Fact]
    public void Signatures_cost_more_than_MACs()
    {
        SimulationOptions slower = s_busy with { Processor = ProcessorCosts.Measured.SlowerBy(100) };
        LoadReport macs = Cluster.Simulate(slower).Load!;
        LoadReport signed = Cluster.Simulate(slower with { Authentication = RequestAuthentication.Signed }).Load!;
        Assert.True(signed.Completed < 0.8 * macs.Completed, $"{signed} {macs}");
    }

    [Fact]
    public void Distance_stays_when_faults_are_mended()
    {
        SimulationReport report = Cluster.Simulate(s_busy with
        {
            OutstandingMax = 1,
            Faults = new FaultPlan
            {
                Network = new NetworkConditions
                {
                    LatencyMinMicros = 50_000, LatencyMaxMicros = 50_000, IsLasting = true,
                },
            },
        });
        Assert.True(report.Passed, report.ToString());
        Assert.InRange(report.Load!.LongestWaitMicros, 100_000, 600_000);
        Assert.InRange(report.RecoveryMicros, 500_000, 1_500_000);
    }
}
