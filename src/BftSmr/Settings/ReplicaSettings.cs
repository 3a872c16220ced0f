using BftCloud.Primitives;

namespace BftSmr.Settings;

/// <summary>
/// Everything the replica core is told about its cluster: the limits that clients keep, too, and its own. Equal at all
/// replicas, but for <see cref="Self"/>.
/// </summary>
internal sealed record ReplicaSettings : ReplicationLimits
{
    public const long ClockSkewMicrosDefault = 60_000_000;

    public ReplicaSettings()
    {
    }

    /// <summary>Settings of a cluster with these limits.</summary>
    public ReplicaSettings(ReplicationLimits limits)
        : base(limits)
    {
    }

    public required ReplicaId Self { get; init; }
    public required Quorums Quorums { get; init; }
    public Durability Durability { get; init; } = Durability.Votes;
    public RequestAuthentication Authentication { get; init; } = RequestAuthentication.Mac;

    /// <summary>What clients may ask for.</summary>
    public RightsTable Rights { get; init; } = RightsTable.Everybody;

    /// <summary>Signatures in a batch from which on, in mode <c>signed</c>, some replicas check them for all.</summary>
    public int SharedChecksMin { get; init; } = 8;

    /// <summary>
    /// Commands executed with one instance from which on their full repliers answer for the other repliers, too.
    /// </summary>
    public int VouchedRepliesMin { get; init; } = 8;

    /// <summary>
    /// How long the leader's link may be down, while work is pending, before the leader is suspected: several attempts
    /// to connect again, in one place. Where a handshake takes longer, links of f+1 replicas that break together cost a
    /// change of leader.
    /// </summary>
    public long LeaderLinkGraceMicros { get; init; } = 150_000;

    /// <summary>How often STATUS is sent, and votes of a stalled instance are sent again.</summary>
    public long StatusPeriodMicros { get; init; } = 100_000;

    /// <summary>Sessions kept per client identity; opening one more evicts the least recently used one.</summary>
    public int SessionsPerClientMax { get; init; } = 4096;

    /// <summary>Bytes of replies kept per session, beyond the latest one.</summary>
    public int SessionReplyBytesMax { get; init; } = 64 << 10;

    /// <summary>
    /// Bytes of replies kept per client identity, or one reply of the largest size; beyond it those of its least
    /// recently used sessions are forgotten.
    /// </summary>
    public int ClientReplyBytesMax { get; init; } = 16 << 20;

    /// <summary>
    /// Bytes that the sessions of all clients may take, with their replies; beyond it the clients that hold most are
    /// cut.
    /// </summary>
    public int SessionTableBytesMax { get; init; } = 256 << 20;

    /// <summary>Requests that may wait at a replica; more are dropped and sent again by their clients.</summary>
    public int PendingRequestsMax { get; init; } = 65_536;

    /// <summary>Bytes of them, with their authentication.</summary>
    public long PendingBytesMax { get; init; } = 256 << 20;

    /// <summary>How far a proposed timestamp may be from the replica's own clock.</summary>
    public long ClockSkewMicros { get; init; } = ClockSkewMicrosDefault;

    /// <summary>Secret of this replica from which the seeds of its proposals derive.</summary>
    public ulong SeedSecret { get; init; }
}
