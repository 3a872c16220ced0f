using BftCloud.Primitives;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BftSmr;

/// <summary>What a client, or a connection that many sessions share, needs.</summary>
public sealed record BftClientOptions
{
    /// <summary>The cluster; the same at every replica and client.</summary>
    public required ClusterConfiguration Cluster { get; init; }

    /// <summary>
    /// Which of the cluster's client identities this is. One identity may be used by many clients and processes at a
    /// time.
    /// </summary>
    public required ClientId ClientId { get; init; }

    /// <summary>
    /// The secret key that belongs to the identity's public key in <see cref="Cluster"/>. Stays the caller's to
    /// dispose, after the client.
    /// </summary>
    public required KeyPair Key { get; init; }

    /// <summary>
    /// How long an operation may take, from the call to its result; then it fails with
    /// <see cref="BftTimeoutException"/>.
    /// </summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long to wait for enough replicas when connecting and when opening a session: they may be started after the
    /// client.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Operations of one client begun and not finished, at most; one more fails with
    /// <see cref="BftOverloadedException"/>.
    /// </summary>
    public int PendingOperationsMax { get; init; } = 16_384;

    /// <summary>
    /// Whether code that awaits an operation may go on, at once, on the thread that receives for all clients of the
    /// process. Saves waking another thread for each operation. For code that never blocks and soon awaits again, as
    /// any other work of it holds up all other clients. False by default.
    /// </summary>
    public bool AllowSynchronousContinuations { get; init; }

    /// <summary>Where log messages go; nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock; the machine's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Throws if the options contradict each other.</summary>
    internal void Check()
    {
        Cluster.Check();
        if ((uint)ClientId.Value >= (uint)Cluster.Clients.Count)
            throw new ArgumentException(
                $"Client {ClientId.Value} is not in the cluster, which lists {Cluster.Clients.Count} clients. Use a "
                + "client.json that was made with this cluster.json.", nameof(ClientId));
        if (Cluster.Clients[ClientId.Value].PublicKey != Key.PublicKey)
            throw new ArgumentException(
                $"The key {Key.PublicKey} is not that of client {ClientId.Value} in the cluster. Use the key file "
                + "that was made for this client.", nameof(Key));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(OperationTimeout, TimeSpan.Zero, nameof(OperationTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero, nameof(ConnectTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(PendingOperationsMax, 1, nameof(PendingOperationsMax));
    }
}
