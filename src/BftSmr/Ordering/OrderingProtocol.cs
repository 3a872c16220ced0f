using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Instances;
using BftSmr.Keys;
using BftSmr.Settings;

namespace BftSmr.Ordering;

/// <summary>A protocol that replicas can order with, by the name that <c>cluster.json</c> gives it.</summary>
internal abstract class OrderingProtocol
{
    /// <summary>The value of <c>protocol</c> in cluster.json.</summary>
    public abstract string Name { get; }

    /// <summary>The messages and log records of its own; null if those that the codec knows are all.</summary>
    public virtual MessageFamily? Family => null;

    /// <summary>The fewest replicas that bear so many faulty ones.</summary>
    public abstract int ReplicasMin(int faulty);

    /// <summary>The quorums of a membership.</summary>
    public abstract Quorums QuorumsOf(int replicas, int faulty);

    /// <summary>What it keeps of an instance of which nothing is known yet.</summary>
    public virtual DecidedInstance CreateInstance(Instance number) => new(number);

    public abstract IOrdering CreateOrdering(OrderingParts parts);

    /// <summary>What its messages must pass before the replica sees them.</summary>
    public virtual IMessageChecks CreateChecks(ReplicaSettings settings, IKeyring keyring) => NoChecks.Instance;
}
