using System.Text.Json.Serialization;
using BftCloud.Primitives;

namespace BftSmr.Simulation;

/// <summary>
/// Something that goes wrong at a moment of the first phase. What it breaks is mended at the end of that phase at the
/// latest.
/// </summary>
/// <param name="AtMicros">When, microseconds since the start.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fault")]
[JsonDerivedType(typeof(CrashFault), "crash")]
[JsonDerivedType(typeof(DiskLossFault), "diskLoss")]
[JsonDerivedType(typeof(PowerLossFault), "powerLoss")]
[JsonDerivedType(typeof(PauseFault), "pause")]
[JsonDerivedType(typeof(PartitionFault), "partition")]
[JsonDerivedType(typeof(LinkFault), "link")]
[JsonDerivedType(typeof(ClockFault), "clock")]
[JsonDerivedType(typeof(SlowDiskFault), "slowDisk")]
[JsonDerivedType(typeof(SlowServiceFault), "slowService")]
[JsonDerivedType(typeof(DiskDamageFault), "diskDamage")]
[JsonDerivedType(typeof(DiskFailureFault), "diskFailure")]
[JsonDerivedType(typeof(ClientRestartFault), "clientRestart")]
[JsonDerivedType(typeof(MemoryDamageFault), "memoryDamage")]
public abstract record FaultEvent(long AtMicros);

/// <summary>A replica ends at once, losing what it had not flushed, and starts again.</summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Which one.</param>
/// <param name="DownMicros">How long it is down.</param>
/// <param name="MachineToo">Its machine is gone and closes no connection: the others learn of it late.</param>
public sealed record CrashFault(
    long AtMicros, ReplicaId Replica, long DownMicros, bool MachineToo) : FaultEvent(AtMicros);

/// <summary>
/// A replica crashes and comes back with an empty disk. Counts as one of the f until it has caught up; left out when
/// there are f already.
/// </summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Which one.</param>
/// <param name="DownMicros">How long it is down.</param>
public sealed record DiskLossFault(long AtMicros, ReplicaId Replica, long DownMicros) : FaultEvent(AtMicros);

/// <summary>All replicas lose power at the same moment, and start again, each in its own time.</summary>
/// <param name="AtMicros">When.</param>
/// <param name="DownMicros">How long they are down, at most.</param>
public sealed record PowerLossFault(long AtMicros, long DownMicros) : FaultEvent(AtMicros);

/// <summary>A replica stands still, as under SIGSTOP, and then goes on as if nothing had happened.</summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Which one.</param>
/// <param name="ForMicros">How long.</param>
public sealed record PauseFault(long AtMicros, ReplicaId Replica, long ForMicros) : FaultEvent(AtMicros);

/// <summary>Frames between two groups of nodes do not arrive.</summary>
/// <param name="AtMicros">When.</param>
/// <param name="ForMicros">How long.</param>
/// <param name="Group">The nodes of one group, as a mask: replicas first, then clients. The others are the other
/// group.</param>
/// <param name="Direction">Which way is blocked.</param>
public sealed record PartitionFault(
    long AtMicros, long ForMicros, ulong Group, PartitionDirection Direction) : FaultEvent(AtMicros);

/// <summary>Which frames a partition keeps from arriving.</summary>
public enum PartitionDirection
{
    /// <summary>Both ways.</summary>
    Both,

    /// <summary>Those out of the group.</summary>
    OutOfGroup,

    /// <summary>Those into the group.</summary>
    IntoGroup,
}

/// <summary>A connection breaks, and is made again.</summary>
/// <param name="AtMicros">When.</param>
/// <param name="One">One end: replicas first, then clients. If there is no such client, nothing happens.</param>
/// <param name="Other">The other end, a replica if the one is a client.</param>
public sealed record LinkFault(long AtMicros, int One, int Other) : FaultEvent(AtMicros);

/// <summary>A replica's wall clock jumps.</summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Whose.</param>
/// <param name="ByMicros">How far; negative is backwards.</param>
public sealed record ClockFault(long AtMicros, ReplicaId Replica, long ByMicros) : FaultEvent(AtMicros);

/// <summary>A replica's disk is slow for a while.</summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Whose.</param>
/// <param name="ForMicros">How long.</param>
/// <param name="Speed">How slow.</param>
public sealed record SlowDiskFault(
    long AtMicros, ReplicaId Replica, long ForMicros, DiskSpeed Speed) : FaultEvent(AtMicros);

/// <summary>
/// The service of a replica is slow for a while. It executes on a thread of its own, as in the product.
/// </summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Whose.</param>
/// <param name="ForMicros">How long.</param>
/// <param name="BatchMicros">What each batch takes whose execution begins meanwhile.</param>
public sealed record SlowServiceFault(
    long AtMicros, ReplicaId Replica, long ForMicros, long BatchMicros) : FaultEvent(AtMicros);

/// <summary>
/// A disk does not hold what was written. Counts as one of the f until the replica has caught up; left out when there
/// are f already.
/// </summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Whose.</param>
/// <param name="DownMicros">How long the replica, which crashes, is down. After damage to a checkpoint it goes on until
/// it crashes for another reason.</param>
/// <param name="Damage">What is wrong.</param>
public sealed record DiskDamageFault(
    long AtMicros, ReplicaId Replica, long DownMicros, DiskDamage Damage) : FaultEvent(AtMicros);

/// <summary>What may be wrong with what a disk holds.</summary>
public enum DiskDamage
{
    /// <summary>Bits of the log turned, or a sector of it reads as something else.</summary>
    CorruptLog,

    /// <summary>A sector of the log was written to the place of another.</summary>
    MisdirectedWrite,

    /// <summary>A byte of the newest checkpoint is not what was written.</summary>
    CorruptCheckpoint,
}

/// <summary>
/// A disk is full, or fails: the next write or flush does, the replica ends rather than go on without, and starts again
/// when there is room.
/// </summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Whose.</param>
/// <param name="ForMicros">How long nothing can be written.</param>
public sealed record DiskFailureFault(long AtMicros, ReplicaId Replica, long ForMicros) : FaultEvent(AtMicros);

/// <summary>
/// A bit of a service's state turns in memory. Counts as one of the f until the replica has the right state again; left
/// out when there are f already.
/// </summary>
/// <param name="AtMicros">When.</param>
/// <param name="Replica">Whose.</param>
/// <param name="Place">Which of the service's records, of as many as it has at most.</param>
public sealed record MemoryDamageFault(long AtMicros, ReplicaId Replica, int Place) : FaultEvent(AtMicros);

/// <summary>
/// A client's process ends and starts again: it opens another session, and never learns what became of its outstanding
/// operations.
/// </summary>
/// <param name="AtMicros">When.</param>
/// <param name="Client">Its number. If there is none, nothing happens.</param>
public sealed record ClientRestartFault(long AtMicros, int Client) : FaultEvent(AtMicros);
