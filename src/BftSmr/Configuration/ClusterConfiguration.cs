using BftCloud.Primitives;
using BftSmr.Configuration;
using BftSmr.Ordering;
using BftSmr.Ordering.Protocols;
using BftSmr.Settings;

namespace BftSmr;

/// <summary>What every replica and client of a cluster agrees on: the contents of <c>cluster.json</c>.</summary>
public sealed record ClusterConfiguration
{
    /// <summary>The protocol of this library: 3f+1 plain replicas.</summary>
    public const string BftSmrProtocol = "bftsmr";

    internal const int ClockSkewMsDefault = (int)(ReplicaSettings.ClockSkewMicrosDefault / 1000);

    /// <summary>A random name that keeps the keys and links of two clusters apart.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The ordering protocol; <c>bftsmr</c>.</summary>
    public string Protocol { get; init; } = BftSmrProtocol;

    /// <summary>How many replicas may be faulty at a time; <c>bftsmr</c> needs at least 3f+1 replicas.</summary>
    public required int F { get; init; }

    /// <summary>
    /// The replicated service: <c>kv</c>, <c>echo</c>, <c>counter</c>, or a name that the embedding application knows.
    /// </summary>
    public required string Service { get; init; }

    /// <summary>What the service is told: equal at all replicas, and checked by the service itself.</summary>
    public ServiceOptions ServiceOptions { get; init; } = ServiceOptions.None;

    /// <summary>The replicas; replica i is at position i.</summary>
    public required IReadOnlyList<ReplicaEndpoint> Replicas { get; init; }

    /// <summary>The client identities that are admitted; identity i is at position i.</summary>
    public required IReadOnlyList<ClientIdentity> Clients { get; init; }

    /// <summary>The key whose owner may change the membership; null if no key may.</summary>
    public PublicKey? Administrator { get; init; }

    /// <summary>When a replica's promises are on disk.</summary>
    public Durability Durability { get; init; } = Durability.Votes;

    /// <summary>How requests are authenticated.</summary>
    public RequestAuthentication RequestAuthentication { get; init; } = RequestAuthentication.Mac;

    /// <summary>Instances that may be under way beyond the last executed one.</summary>
    public int Window { get; init; } = ReplicationLimits.Default.Window;

    /// <summary>Requests in a batch, at most.</summary>
    public int BatchRequestsMax { get; init; } = ReplicationLimits.Default.BatchRequestsMax;

    /// <summary>Bytes in a batch, at most.</summary>
    public int BatchBytesMax { get; init; } = ReplicationLimits.Default.BatchBytesMax;

    /// <summary>Bytes of one operation, at most.</summary>
    public int OperationBytesMax { get; init; } = ReplicationLimits.Default.OperationBytesMax;

    /// <summary>Bytes of one reply, at most.</summary>
    public int ReplyBytesMax { get; init; } = ReplicationLimits.Default.ReplyBytesMax;

    /// <summary>How long work may wait before the leader is suspected, milliseconds.</summary>
    public int RequestTimeoutMs { get; init; } = (int)(ReplicationLimits.Default.RequestTimeoutMicros / 1000);

    /// <summary>Instances between checkpoints, at most.</summary>
    public int CheckpointPeriod { get; init; } = ReplicationLimits.Default.CheckpointPeriod;

    /// <summary>Bytes of batches between checkpoints, at most.</summary>
    public long CheckpointBytes { get; init; } = ReplicationLimits.Default.CheckpointBytes;

    /// <summary>
    /// How far the time that a leader proposes may be from a replica's clock, milliseconds. The clocks of n-f replicas
    /// have to be within it of each other.
    /// </summary>
    public int ClockSkewMs { get; init; } = ClockSkewMsDefault;

    /// <summary>Reads and checks a <c>cluster.json</c>.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used; the message names the key and the
    /// remedy.</exception>
    public static ClusterConfiguration Load(string file) => ClusterFile.Load(file);

    /// <summary>Writes a <c>cluster.json</c> with comments.</summary>
    public void Save(string file) => ClusterFile.Save(this, file);

    /// <summary>Throws if any value is out of its bounds.</summary>
    /// <exception cref="ConfigurationException">The message names the key and the remedy.</exception>
    public void Check() => ClusterLimits.Check(this, "cluster configuration");

    /// <summary>
    /// A hash of every value: the same for equal configurations, whatever their comments and layout. Compared whenever
    /// two nodes connect.
    /// </summary>
    public Digest ContentHash() => Blake2b.Hash(ClusterFile.Canonical(this).Span);

    /// <summary>The sizes of this cluster's quorums.</summary>
    public Quorums Quorums => Ordering.QuorumsOf(Replicas.Count, F);

    /// <summary>The protocol that <see cref="Protocol"/> names.</summary>
    /// <exception cref="ConfigurationException">No protocol of this process has that name.</exception>
    internal OrderingProtocol Ordering => OrderingProtocols.TryFind(Protocol, out OrderingProtocol? protocol)
        ? protocol
        : throw new ConfigurationException("the cluster", "protocol", ClusterLimits.UnknownProtocol(Protocol));

    /// <summary>What the ordering core of one replica is told.</summary>
    internal ReplicaSettings ToSettings(ReplicaId self) => new(Limits)
    {
        Self = self,
        Quorums = Quorums,
        Durability = Durability,
        Authentication = RequestAuthentication,
        ClockSkewMicros = ClockSkewMs * 1000L,
        Rights = RightsTable.For([.. Clients.Select(static client => client.Rights)]),
    };

    /// <summary>The limits that replicas and clients keep.</summary>
    internal ReplicationLimits Limits => new()
    {
        Window = Window,
        BatchRequestsMax = BatchRequestsMax,
        BatchBytesMax = BatchBytesMax,
        OperationBytesMax = OperationBytesMax,
        ReplyBytesMax = ReplyBytesMax,
        RequestTimeoutMicros = RequestTimeoutMs * 1000L,
        CheckpointPeriod = CheckpointPeriod,
        CheckpointBytes = CheckpointBytes,
    };
}

/// <summary>Where a replica listens and the key that it proves itself by.</summary>
/// <param name="PeerAddress">host:port for the other replicas.</param>
/// <param name="ClientAddress">host:port for clients.</param>
/// <param name="PublicKey">Its Ed25519 public key.</param>
public sealed record ReplicaEndpoint(string PeerAddress, string ClientAddress, PublicKey PublicKey);

/// <summary>An admitted client.</summary>
/// <param name="Name">For people.</param>
/// <param name="PublicKey">Its Ed25519 public key.</param>
public sealed record ClientIdentity(string Name, PublicKey PublicKey)
{
    /// <summary>What it may ask for; queries and commands by default.</summary>
    public ClientRights Rights { get; init; } = RightsTable.Default;

    /// <summary>The rights of these names: <c>read</c>, <c>write</c>, <c>admin</c>.</summary>
    /// <param name="names">The names, as in <c>cluster.json</c>.</param>
    /// <param name="rights">All of these rights.</param>
    /// <returns>False if a name is none of a right.</returns>
    internal static bool TryParseRights(IEnumerable<string> names, out ClientRights rights)
    {
        ArgumentNullException.ThrowIfNull(names);
        rights = ClientRights.None;
        foreach (string name in names)
        {
            ClientRights right = Enum.GetValues<ClientRights>().FirstOrDefault(r => SettingsReader.NameOf(r) == name);
            if (right == ClientRights.None) return false;
            rights |= right;
        }
        return true;
    }
}
