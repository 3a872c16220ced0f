using BftCloud.Primitives;

namespace BftSmr.Simulation.Tests.Options;

/// <summary>What cannot be simulated is refused by name, whether a program asks for it or a file.</summary>
public sealed class SimulationBoundsTests
{
    private static readonly SimulationOptions s_short =
        new() { OperationsPerClient = 2, FaultyMicros = 100_000, Faults = FaultPlan.None };

    public static TheoryData<string, SimulationOptions> OutOfBounds() => new()
    {
        { "f is 0", s_short with { F = 0 } },
        { "f is 22, but must be between 1 and 21", s_short with { F = 22 } },
        { "durability is -1, but must be one of", s_short with { Durability = (Durability)(-1) } },
        { "clients is -1", s_short with { Clients = -1 } },
        { "operationsPerClient is -1", s_short with { OperationsPerClient = -1 } },
        { "outstandingMax is 0", s_short with { OutstandingMax = 0 } },
        { "queryShare is NaN", s_short with { QueryShare = double.NaN } },
        { "faultyMicros is 4611686018427387904", s_short with { FaultyMicros = 1L << 62 } },
        { "faultKinds is 4096", s_short with { FaultKinds = (FaultKinds)4096 } },
        { "traceLines is -1", s_short with { TraceLines = -1 } },
        { "faults.network.latencyMaxMicros is 1, but must be between 2",
            With(new NetworkConditions { LatencyMinMicros = 2, LatencyMaxMicros = 1 }) },
        { "faults.network.lossShare is 1.5", With(new NetworkConditions { LossShare = 1.5 }) },
        { "faults.disk.flushMinMicros is -1", s_short with { Faults = new FaultPlan { Disk = new DiskSpeed(-1, 1) } } },
        { "faults.byzantineClients is 99",
            s_short with { Faults = new FaultPlan { ByzantineClients = [(ByzantineClientKind)99] } } },
        { "replica of faults.adversaries is 4",
            s_short with { Faults = new FaultPlan { Adversaries = [new AdversaryFault(new ReplicaId(4), default)] } } },
        { "driftPpm of faults.clocks",
            s_short with { Faults = new FaultPlan { Clocks = [new ClockError(long.MinValue, 0)] } } },
        { "atMicros of faults.events is -1", With(new PauseFault(-1, new ReplicaId(0), 1)) },
        { "replica of faults.events is 4, but must be between 0 and 3",
            With(new CrashFault(1, new ReplicaId(4), 1, false)) },
        { "forMicros or downMicros of faults.events", With(new PowerLossFault(1, long.MaxValue)) },
        { "byMicros of faults.events", With(new ClockFault(1, new ReplicaId(0), long.MinValue)) },
        { "flushMaxMicros", With(new SlowDiskFault(1, new ReplicaId(0), 1, new DiskSpeed(2, 1))) },
        { "batchMicros of faults.events is -1", With(new SlowServiceFault(1, new ReplicaId(0), 1, -1)) },
        { "damage of faults.events is 9", With(new DiskDamageFault(1, new ReplicaId(0), 1, (DiskDamage)9)) },
        { "direction of faults.events is 9", With(new PartitionFault(1, 1, 1, (PartitionDirection)9)) },
        { "load.thinkMicros is 0", s_short with { Load = new SteadyLoad() } },
        { "processor.macNanos is -1", s_short with { Processor = new ProcessorCosts { MacNanos = -1 } } },
        { "faults.network.bandwidth.bytesPerSecond is 0",
            With(new NetworkConditions { Bandwidth = new LinkBandwidth(0, 1) }) },
        { "kind of faults.interferences is 9", With(new Interference(null, (InterferenceKind)9, "Submit", 1)) },
        { "amount of faults.interferences is 101",
            With(new Interference(null, InterferenceKind.Drop, "Submit", 101)) },
        { "replica of faults.interferences is 4",
            With(new Interference(new ReplicaId(4), InterferenceKind.Drop, "Write", 1)) },
        { "message of faults.interferences is Write, but must be one of Attach",
            With(new Interference(null, InterferenceKind.Drop, "Write", 1)) },
        { "message of faults.interferences is Reply",
            With(new Interference(new ReplicaId(1), InterferenceKind.Delay, "Reply", 1)) },
        { "both 2", With(new LinkFault(1, 2, 2)) },
        { "client of faults.events is -1", With(new ClientRestartFault(1, -1)) },
    };

    [Theory]
    [MemberData(nameof(OutOfBounds))]
    public void What_is_out_of_bounds_is_refused_by_name(string message, SimulationOptions options) =>
        Assert.Contains(
            message, Assert.Throws<ArgumentException>(() => Cluster.Simulate(options)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("\"f\": 1", "\"f\": -1", "f is -1")]
    [InlineData("\"f\": 1,", "", "f is 0, but must be between 1 and 21. A number that is left out counts as 0.")]
    [InlineData("\"durability\": \"Votes\"", "\"durability\": 7", "durability is 7")]
    [InlineData("\"replica\": 3", "\"replica\": 5", "replica of faults.events is 5")]
    public void A_file_that_says_so_is_refused_by_name(string there, string instead, string message)
    {
        string saved = SavedSimulation.Write(With(new PauseFault(1, new ReplicaId(3), 1)));
        Assert.Contains(there, saved, StringComparison.Ordinal);
        string json = saved.Replace(there, instead, StringComparison.Ordinal);
        Assert.Contains(
            message, Assert.Throws<FormatException>(() => SavedSimulation.Read(json)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_happens_to_a_client_that_is_not_there_is_left_out() =>
        Assert.True(
            Cluster.Simulate(s_short with
            {
                Clients = 1,
                Faults = new FaultPlan { Events = [new ClientRestartFault(1_000, 1), new LinkFault(2_000, 5, 0)] },
            }).Passed);

    private static SimulationOptions With(Interference interference) =>
        s_short with { Faults = new FaultPlan { Interferences = [interference] } };

    private static SimulationOptions With(NetworkConditions network) =>
        s_short with { Faults = new FaultPlan { Network = network } };

    private static SimulationOptions With(FaultEvent fault) =>
        s_short with { Faults = new FaultPlan { Events = [fault] } };
}
