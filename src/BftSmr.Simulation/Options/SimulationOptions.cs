using BftSmr.Ordering;
using BftSmr.Ordering.Protocols;

namespace BftSmr.Simulation;

/// <summary>
/// What to simulate. An option that is null is drawn from the seed; the same options always tell the same story.
/// </summary>
public sealed record SimulationOptions
{
    /// <summary>Decides everything that is left open.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How many replicas may be faulty; there are 3f+1.</summary>
    public int F { get; init; } = 1;

    /// <summary>When a replica's promises are on disk.</summary>
    public Durability Durability { get; init; } = Durability.Votes;

    /// <summary>How requests are authenticated.</summary>
    public RequestAuthentication Authentication { get; init; } = RequestAuthentication.Mac;

    /// <summary>Correct clients.</summary>
    public int Clients { get; init; } = 3;

    /// <summary>
    /// How many of them have the right to queries only. The commands that they issue all the same must be refused.
    /// </summary>
    public int ReadOnlyClients { get; init; }

    /// <summary>Operations that each of them issues, in both phases together.</summary>
    public int OperationsPerClient { get; init; } = 24;

    /// <summary>Operations that a client has outstanding at a time, at most.</summary>
    public int OutstandingMax { get; init; } = 4;

    /// <summary>Share of unordered reads in the built-in workload.</summary>
    public double QueryShare { get; init; } = 0.3;

    /// <summary>Load without end in place of so many operations; null if each client issues so many.</summary>
    public SteadyLoad? Load { get; init; }

    /// <summary>What a replica's processor takes for its work; null if computing is free.</summary>
    public ProcessorCosts? Processor { get; init; }

    /// <summary>
    /// Whether the cluster has the product's default settings rather than drawn ones, which are small so that limits
    /// are met early.
    /// </summary>
    public bool HasDefaultSettings { get; init; }

    /// <summary>
    /// How long the first phase is, microseconds of virtual time: faults happen, and nothing may break.
    /// </summary>
    public long? FaultyMicros { get; init; }

    /// <summary>
    /// How long the second phase may be, microseconds: everything is mended, and everything must come to its end.
    /// </summary>
    public long HealedMicros { get; init; } = 120_000_000;

    /// <summary>What kinds of faults a plan that is drawn from the seed may hold.</summary>
    public FaultKinds FaultKinds { get; init; } = FaultKinds.All;

    /// <summary>What goes wrong.</summary>
    public FaultPlan? Faults { get; init; }

    /// <summary>
    /// Makes the cluster's write quorum smaller than it must be, by so many. For seeing that the checkers find what
    /// comes of it; 0 otherwise.
    /// </summary>
    public int WriteQuorumLoweredBy { get; init; }

    /// <summary>The ordering protocol, by the name that it has in <c>cluster.json</c>.</summary>
    public string Protocol { get; init; } = ClusterConfiguration.BftSmrProtocol;

    /// <summary>The protocol that <see cref="Protocol"/> names.</summary>
    internal OrderingProtocol Ordering => OrderingProtocols.TryFind(Protocol, out OrderingProtocol? protocol)
        ? protocol
        : throw new ArgumentException(
            $"{nameof(Protocol)} is \"{Protocol}\"; known are {string.Join(", ", OrderingProtocols.Names)}.");

    /// <summary>The replicas of the cluster: the fewest that bear <see cref="F"/> faulty ones.</summary>
    internal int Replicas => Ordering.ReplicasMin(F);

    /// <summary>How long a request may wait for its leader, microseconds.</summary>
    public long? RequestTimeoutMicros { get; init; }

    /// <summary>How far the time of a proposal may be from a replica's clock, microseconds.</summary>
    public long? ClockSkewMicros { get; init; }

    /// <summary>Instances between checkpoints.</summary>
    public int? CheckpointPeriod { get; init; }

    /// <summary>Events after which a simulation is taken to run in circles.</summary>
    public long StepsMax { get; init; } = 5_000_000;

    /// <summary>Lines of the story that are kept.</summary>
    public int TraceLines { get; init; } = 400;

    /// <summary>
    /// Whether <see cref="SimulationReport.Timeline"/> is recorded, for <see cref="TimelinePage"/>. Takes memory;
    /// changes nothing else.
    /// </summary>
    public bool RecordsTimeline { get; init; }

    /// <summary>Whether the story is told even if no promise was broken.</summary>
    public bool TellsTrace { get; init; }
}
