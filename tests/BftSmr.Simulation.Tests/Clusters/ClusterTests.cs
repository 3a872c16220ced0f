using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Primitives;
using BftCloud.Simulation;

namespace BftSmr.Simulation.Tests.Clusters;

public class ClusterTests
{
    [Theory]
    [InlineData(7UL, 1)]
    [InlineData(8UL, 1)]
    [InlineData(9UL, 2)]
    public void The_same_seed_tells_the_same_story_twice(ulong seed, int f)
    {
        SimulationOptions options = new() { Seed = seed, F = f };
        SimulationReport once = Cluster.Simulate(options), again = Cluster.Simulate(options);
        Assert.Equal(once.TraceHash, again.TraceHash);
        Assert.Equal(
            (once.Steps, once.Messages, once.VirtualMicros), (again.Steps, again.Messages, again.VirtualMicros));
        Assert.Equal(once.Faults, again.Faults);
    }

    [Fact]
    public void Different_seeds_tell_different_stories() =>
        Assert.Equal(
            20,
            Enumerable.Range(1, 20).Select(static seed =>
                Cluster.Simulate(new SimulationOptions { Seed = (ulong)seed }).TraceHash).Distinct().Count());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_faults_every_operation_is_acknowledged_and_the_leader_stays(int f)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            SimulationReport report = Cluster.Simulate(
                new SimulationOptions { Seed = seed, F = f, Faults = FaultPlan.None });
            Assert.True(report.Passed, report.ToString());
            Assert.Equal(report.Operations, report.Acknowledged);
            Assert.Equal(0, report.Regency);
        }
    }

    [Fact]
    public void A_service_of_ones_own_runs_in_it()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            SimulationReport report = Cluster.Simulate(
                new SimulationOptions { Seed = seed }, static () => new Counter(), new CounterWorkload());
            Assert.True(report.Passed, report.ToString());
        }
    }

    [Fact]
    public void A_service_that_is_not_deterministic_is_found_out()
    {
        int instances = 0;
        SimulationReport report = Cluster.Simulate(
            new SimulationOptions { Seed = 1, Faults = FaultPlan.None },
            () => new Counter { Step = ++instances == 3 ? 2 : 1 }, new CounterWorkload());
        Assert.Equal("determinism", report.Violation?.Promise);
    }

    [Fact]
    public void The_first_command_at_which_a_service_is_not_deterministic_is_named()
    {
        int dice = 0;
        SimulationReport report = Cluster.Simulate(
            new SimulationOptions { Seed = 1, Faults = FaultPlan.None },
            () => new Counter { Gamble = at => at == 7 ? ++dice : 0 }, new CounterWorkload());
        Assert.Equal("determinism", report.Violation?.Promise);
        Assert.Matches("first differ in the (reply to|state after) c[0-9]", report.Violation!.Description);
    }

    [Fact]
    public void A_timeline_is_drawn_as_one_page_and_changes_nothing()
    {
        SimulationReport plain = Cluster.Simulate(new SimulationOptions { Seed = 12 }), drawn = Cluster.Simulate(
            new SimulationOptions { Seed = 12, RecordsTimeline = true });
        Assert.Equal(plain.TraceHash, drawn.TraceHash);
        Assert.Null(plain.Timeline);
        Assert.NotEmpty(drawn.Timeline!.Messages);
        Assert.Contains(drawn.Timeline.Notes, static n => n.Kind == "execute");
        string page = TimelinePage.Render(drawn);
        Assert.Contains("seed 12", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_simulation_tells_the_same_story()
    {
        SimulationOptions options = new() { Seed = 36, Durability = Durability.Votes };
        SimulationReport report = Cluster.Simulate(options);
        string saved = SavedSimulation.Write(options with { Faults = report.Plan, FaultyMicros = report.FaultyMicros });
        Assert.Equal(report.TraceHash, Cluster.Simulate(SavedSimulation.Read(saved)).TraceHash);
        Assert.Throws<FormatException>(static () => SavedSimulation.Read("{\"sead\": 7}"));
    }

    [Fact]
    public void What_breaks_a_promise_is_made_smaller_and_still_breaks_it()
    {
        SimulationOptions options = new() { Seed = 1, WriteQuorumLoweredBy = 1 };
        SimulationReport report = Cluster.Simulate(options);
        for (; report.Passed; report = Cluster.Simulate(options)) options = options with { Seed = options.Seed + 1 };
        Minimized smallest = Minimizer.Minimize(options, report, TimeSpan.FromSeconds(20));
        Assert.Equal(report.Violation!.Promise, smallest.Report.Violation?.Promise);
        Assert.True(
            Size(smallest.Options, smallest.Options.Faults!) < Size(options, report.Plan),
            SavedSimulation.Write(smallest.Options));
        Assert.Equal(
            smallest.Report.TraceHash,
            Cluster.Simulate(SavedSimulation.Read(SavedSimulation.Write(smallest.Options))).TraceHash);
    }

    private static int Size(SimulationOptions options, FaultPlan plan) =>
        options.OperationsPerClient + plan.Events.Count + plan.ByzantineClients.Count;

    [Fact]
    public void A_service_that_forgets_part_of_its_state_in_snapshots_is_found_out()
    {
        static FaultPlan Restarts() =>
            new()
            {
                Events = [.. Enumerable.Range(1, 20)
                    .Select(static i => new CrashFault(200_000 * i, new ReplicaId(i % 4), 1_000, false))],
            };
        SimulationReport report = Cluster.Simulate(
            new SimulationOptions { Seed = 1, Faults = Restarts(), FaultyMicros = 5_000_000, CheckpointPeriod = 4 },
            static () => new Counter { Forgets = true }, new CounterWorkload());
        Assert.Equal("checkpoint", report.Violation?.Promise);
    }

    [Fact]
    public void A_violation_carries_what_is_needed_to_see_it_again()
    {
        SimulationReport report = Cluster.Simulate(
            new SimulationOptions { Seed = 5, Durability = Durability.None, Faults = FaultPlan.None },
            NotDeterministic(), new CounterWorkload());
        Assert.NotNull(report.Violation);
        Assert.Equal(5UL, report.Violation.Seed);
        Assert.True(report.Violation.AtMicros > 0);
        Assert.Contains(report.Violation.Trace, static line => line.Contains("determinism", StringComparison.Ordinal));
        Assert.Contains("seed 5", report.ToString(), StringComparison.Ordinal);
    }

    private static Func<IStateMachine> NotDeterministic()
    {
        int instances = 0;
        return () => new Counter { Step = ++instances };
    }

    private sealed class Counter : StateMachine
    {
        private long _value;

        public long Step { get; init; } = 1;
        public bool Forgets { get; init; }

        /// <summary>What a command at a value adds besides.</summary>
        public Func<long, long> Gamble { get; init; } = static _ => 0;

        protected override void Execute(CommandBatch batch, in Command command, IBufferWriter<byte> reply) =>
            Write(reply, _value += Step + Gamble(_value));

        protected override void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply) =>
            Write(reply, _value);

        protected override void Save(IBufferWriter<byte> snapshot) => Write(snapshot, _value);

        protected override void Load(ReadOnlySpan<byte> snapshot) =>
            _value = Forgets ? 0 : BinaryPrimitives.ReadInt64BigEndian(snapshot);

        private static void Write(IBufferWriter<byte> output, long value)
        {
            BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(8), value);
            output.Advance(8);
        }
    }

    private sealed class CounterWorkload : IWorkload
    {
        public WorkloadOperation Next(SimulationRandom random, int client, int index) =>
            new(default, IsQuery: random.Chance(0.3));
    }
}
