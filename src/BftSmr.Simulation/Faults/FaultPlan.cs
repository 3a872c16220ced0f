using BftCloud.Primitives;

namespace BftSmr.Simulation;

/// <summary>
/// All that goes wrong in one simulation, decided before it begins: a list that can be read, shortened and played
/// again. At most f replicas may be Byzantine or forgetful at a time; events that would make it more are left out when
/// their time comes.
/// </summary>
public sealed record FaultPlan
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultPlan None { get; } = new();

    /// <summary>How the network behaves during the first phase.</summary>
    public NetworkConditions Network { get; init; } = NetworkConditions.Calm;

    /// <summary>How quick the replicas' disks are during the first phase.</summary>
    public DiskSpeed Disk { get; init; } = DiskSpeed.Quick;

    /// <summary>
    /// A replica that crashes leaves what it was writing torn: some sectors are on its disk, others are not.
    /// </summary>
    public bool TornWrites { get; init; }

    /// <summary>The Byzantine replicas; Byzantine in the second phase as well.</summary>
    public IReadOnlyList<AdversaryFault> Adversaries { get; init; } = [];

    /// <summary>The Byzantine clients; there may be any number.</summary>
    public IReadOnlyList<ByzantineClientKind> ByzantineClients { get; init; } = [];

    /// <summary>
    /// What replicas do to messages of one type that they send. Each of these replicas is Byzantine, and may not be
    /// among the <see cref="Adversaries"/>. Without a replica it is done by one more Byzantine client.
    /// </summary>
    public IReadOnlyList<Interference> Interferences { get; init => field = value ?? []; } = [];

    /// <summary>How many Byzantine replicas there are.</summary>
    internal int ByzantineReplicas =>
        Adversaries.Count + Interferences.Select(static i => i.Replica).OfType<ReplicaId>().Distinct().Count();

    /// <summary>The error of each replica's clocks; none for those beyond the end of the list.</summary>
    public IReadOnlyList<ClockError> Clocks { get; init; } = [];

    /// <summary>
    /// How far the wall clocks of correct clients are ahead, microseconds; negative is behind. None for clients beyond
    /// the end of the list: they number their sessions from 1 January 1970 on.
    /// </summary>
    public IReadOnlyList<long> ClientClocks { get; init; } = [];

    /// <summary>What happens when, in the order of time.</summary>
    public IReadOnlyList<FaultEvent> Events { get; init; } = [];
}
