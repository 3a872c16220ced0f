using BftCloud.Primitives;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr.Hosting;

/// <summary>What one replica needs to run.</summary>
public sealed record BftReplicaOptions
{
    /// <summary>The cluster; the same at every replica and client.</summary>
    public required ClusterConfiguration Cluster { get; init; }

    /// <summary>Which of the cluster's replicas this one is.</summary>
    public required ReplicaId Self { get; init; }

    /// <summary>
    /// The secret key that belongs to this replica's public key in <see cref="Cluster"/>. Stays the caller's to
    /// dispose, after the replica.
    /// </summary>
    public required KeyPair Key { get; init; }

    /// <summary>
    /// The directory of the log and the checkpoints; no other replica may use it. Must have been made by
    /// <see cref="BftSmr.DataDirectory.Initialize"/> before the replica's very first start: a directory that is merely
    /// empty is taken for a lost disk, and the replica votes only after it has caught up.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// host:port at which it listens for other replicas, if that is not its address in <see cref="Cluster"/>: behind a
    /// proxy or a port mapping.
    /// </summary>
    public string? PeerListenAddress { get; init; }

    /// <summary>
    /// Is told of changes of the leader epoch, of catching up, and of failures of others: one at a time, in order, and
    /// on no particular thread. It cannot harm the replica: its exceptions are logged.
    /// </summary>
    public Action<BftReplicaChange>? OnChanged { get; init; }

    /// <summary>
    /// Is told how far the replica is with reading its disk, before it hears and answers anything: at once when it has
    /// locked its data directory, and then often, on the thread that reads.
    /// </summary>
    public IProgress<BftStartProgress>? StartProgress { get; init; }

    /// <summary>How long after a little of its disk was looked through for damage the next of it is.</summary>
    internal TimeSpan ScrubPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where log messages go; nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
