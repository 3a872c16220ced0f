using BftSmr.Cryptography;
using BftSmr.Replication;

namespace BftSmr.Runtime.Configuration;

/// <summary>What every replica and client of a cluster agrees on: the contents of <c>cluster.json</c>.</summary>
public sealed record ClusterConfiguration
{
    /// <summary>A random name that keeps the keys and links of two clusters apart.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The ordering protocol; <c>bftsmr</c>.</summary>
    public string Protocol { get; init; } = "bftsmr";

    /// <summary>How many replicas may be faulty at a time; at least 3f+1 replicas are needed.</summary>
    public required int F { get; init; }

    /// <summary>The replicated service: <c>kv</c>, <c>echo</c>, <c>counter</c>, or a name that the embedding application knows.</summary>
    public required string Service { get; init; }

    /// <summary>The replicas; replica i is at position i.</summary>
    public required IReadOnlyList<ReplicaEndpoint> Replicas { get; init; }

    /// <summary>The client identities that are admitted; identity i is at position i.</summary>
    public required IReadOnlyList<ClientIdentity> Clients { get; init; }

    /// <summary>When a replica's promises are on disk.</summary>
    public Durability Durability { get; init; } = Durability.Votes;

    /// <summary>How requests are authenticated.</summary>
    public RequestAuthentication RequestAuthentication { get; init; } = RequestAuthentication.Mac;

    /// <summary>Instances that may be under way beyond the last executed one.</summary>
    public int Window { get; init; } = 32;

    /// <summary>Requests in a batch, at most.</summary>
    public int BatchRequestsMax { get; init; } = 1024;

    /// <summary>Bytes in a batch, at most.</summary>
    public int BatchBytesMax { get; init; } = 1 << 20;

    /// <summary>Bytes of one operation, at most.</summary>
    public int OperationBytesMax { get; init; } = 512 << 10;

    /// <summary>Bytes of one reply, at most.</summary>
    public int ReplyBytesMax { get; init; } = 1 << 20;

    /// <summary>How long work may wait before the leader is suspected, milliseconds.</summary>
    public int RequestTimeoutMs { get; init; } = 1000;

    /// <summary>Instances between checkpoints, at most.</summary>
    public int CheckpointPeriod { get; init; } = 4096;

    /// <summary>Bytes of batches between checkpoints, at most (or as many as the last snapshot had, if that was more).</summary>
    public long CheckpointBytes { get; init; } = 16 << 20;
}

/// <summary>Where a replica listens and the key that it proves itself by.</summary>
/// <param name="PeerAddress">host:port for the other replicas.</param>
/// <param name="ClientAddress">host:port for clients.</param>
/// <param name="PublicKey">Its Ed25519 public key.</param>
public sealed record ReplicaEndpoint(string PeerAddress, string ClientAddress, PublicKey PublicKey);

/// <summary>An admitted client.</summary>
/// <param name="Name">For people.</param>
/// <param name="PublicKey">Its Ed25519 public key.</param>
public sealed record ClientIdentity(string Name, PublicKey PublicKey);
