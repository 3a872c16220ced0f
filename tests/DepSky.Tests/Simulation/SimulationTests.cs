using Xunit.Abstractions;

namespace DepSky.Tests.Simulation;

public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void Readers_see_a_regular_register_whatever_f_clouds_do_and_wherever_writers_die()
    {
        int reads = 0, writes = 0;
        for (int seed = 1; seed <= 400; seed++)
        {
            Simulation simulation = Run(seed, SimulationFaults.None);
            Assert.True(
                simulation.Stuck is null && simulation.Register.Violations.Count == 0,
                $"seed {seed}: {simulation.Stuck} {string.Join("; ", simulation.Register.Violations)}");
            reads += simulation.Register.Reads;
            writes += simulation.Register.CompleteWrites;
        }
        output.WriteLine($"seeds 1..400: {writes} complete writes, {reads} reads");
    }

    /// <summary>
    /// B26: stale or corrupt metadata, reordered blocks, a slow cloud, and collection during a read. (That every
    /// k-subset decodes is in <c>ReedSolomonTests</c>.)
    /// </summary>
    [Fact]
    public void B26_stale_and_corrupt_metadata_reordered_blocks_slow_clouds_and_collection_during_reads()
    {
        CloudBehaviour[] faults =
        [
            CloudBehaviour.Stale, CloudBehaviour.Corrupt, CloudBehaviour.Reordered,
            CloudBehaviour.Partial, CloudBehaviour.Mute,
        ];
        int collected = 0, reads = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            Simulation simulation = new(seed, SimulationFaults.None, writes: 8, faults, collects: true);
            simulation.Run();
            Assert.True(
                simulation.Stuck is null && simulation.Register.Violations.Count == 0,
                $"seed {seed}: {simulation.Stuck} {string.Join("; ", simulation.Register.Violations)}");
            collected += simulation.Collected;
            reads += simulation.Register.Reads;
        }
        output.WriteLine($"seeds 1..40: {reads} reads, {collected} attempts collected meanwhile");
        Assert.True(collected > 50, "too little was collected to say anything");
    }

    [Fact]
    public void Collecting_without_regard_for_readers_is_caught()
    {
        for (int seed = 1; seed <= 100; seed++)
        {
            Simulation simulation = new(
                seed, new SimulationFaults { IgnoresRetention = true }, writes: 8, collects: true);
            simulation.Run();
            if (simulation.Stuck is null && simulation.Register.Violations.Count == 0) continue;
            output.WriteLine(
                $"seed {seed}: {simulation.Stuck} {string.Join("; ", simulation.Register.Violations.Take(1))}");
            return;
        }
        Assert.Fail("not seen in 100 seeds");
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        for (int seed = 1; seed <= 20; seed++)
            Assert.Equal(Run(seed, SimulationFaults.None).TraceHash, Run(seed, SimulationFaults.None).TraceHash);
    }

    /// <summary>Each planted bug is seen within so many seeds.</summary>
    [Theory]
    [InlineData("quorums of n-f-1", 400)]
    [InlineData("f+1 faulty clouds", 100)]
    [InlineData("failures acknowledge", 100)]
    [InlineData("digests unchecked", 100)]
    [InlineData("blocks never sent", 20)]
    [InlineData("parts never sent", 20)]
    public void Planted_bugs_are_caught(string bug, int seeds)
    {
        SimulationFaults mutations = bug switch
        {
            "quorums of n-f-1" => new SimulationFaults { QuorumError = -1 },
            "f+1 faulty clouds" => new SimulationFaults { MoreFaulty = 1 },
            "failures acknowledge" => new SimulationFaults { FailuresAcknowledge = true },
            "digests unchecked" => new SimulationFaults { DigestsUnchecked = true },
            "blocks never sent" => new SimulationFaults { BlocksNeverSent = true },
            "parts never sent" => new SimulationFaults { PartsNeverSent = true },
            _ => throw new ArgumentOutOfRangeException(nameof(bug)),
        };
        for (int seed = 1; seed <= seeds; seed++)
        {
            Simulation simulation = Run(seed, mutations);
            if (simulation.Stuck is null && simulation.Register.Violations.Count == 0) continue;
            output.WriteLine(
                $"{bug}: seed {seed}: {simulation.Stuck} {string.Join("; ", simulation.Register.Violations.Take(1))}");
            return;
        }
        Assert.Fail($"{bug}: not seen in {seeds} seeds");
    }

    private static Simulation Run(int seed, SimulationFaults mutations)
    {
        Simulation simulation = new(seed, mutations);
        simulation.Run();
        return simulation;
    }
}
