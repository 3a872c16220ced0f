using BftCloud.Primitives;
using BftSmr.Settings;

namespace BftSmr.Client.Core;

/// <summary>Everything a client core is told, and every bound it keeps, in one place.</summary>
internal sealed record ClientSettings
{
    public required ClientId Client { get; init; }
    public required Quorums Quorums { get; init; }
    public RequestAuthentication Authentication { get; init; } = RequestAuthentication.Mac;

    /// <summary>
    /// Ordered operations under way, at most: the sequence numbers that replicas accept ahead of the oldest unanswered
    /// one.
    /// </summary>
    public int SessionWindow { get; init; } = ReplicationLimits.Default.SessionWindow;

    /// <summary>
    /// Operations that wait in the core for room in the window; at the limit <see cref="ClientCore.HasRoom"/> is false.
    /// </summary>
    public int QueuedOperationsMax { get; init; } = 1024;

    /// <summary>Unordered reads under way, at most; more wait in the queue.</summary>
    public int ReadsMax { get; init; } = 1024;

    /// <summary>
    /// Bytes that ordered operations under way, and reads under way, may take each, there and back
    /// (<see cref="ByteRoom"/>).
    /// </summary>
    public long BytesUnderWayMax { get; init; } = 16 << 20;

    /// <summary>The largest reply, bytes.</summary>
    public int ReplyBytesMax { get; init; } = ReplicationLimits.Default.ReplyBytesMax;

    /// <summary>The retransmission timeout before anything was measured.</summary>
    public long RetransmissionInitialMicros { get; init; } = 500_000;

    /// <summary>
    /// The shortest retransmission timeout: a retransmission costs a signature and its verification at every replica,
    /// so not too eager.
    /// </summary>
    public long RetransmissionMinMicros { get; init; } = 100_000;

    /// <summary>The longest retransmission timeout, however often it was doubled.</summary>
    public long RetransmissionMaxMicros { get; init; } = 4_000_000;

    /// <summary>
    /// Operations that may be under retransmission because of a timeout; more follow as these complete, so that
    /// congestion does not feed itself.
    /// </summary>
    public int RetransmissionWindow { get; init; } = 32;

    /// <summary>
    /// How long a fresh session waits for the link to the believed leader while others are up already.
    /// </summary>
    public long LeaderLinkGraceMicros { get; init; } = 250_000;

    /// <summary>
    /// How long a replica that failed to answer, or lied, is not preferred; doubles with each repetition…
    /// </summary>
    public long AvoidanceMinMicros { get; init; } = 1_000_000;

    /// <summary>…up to this.</summary>
    public long AvoidanceMaxMicros { get; init; } = 64_000_000;

    /// <summary>
    /// After so many rounds in a row in which only the retransmission helped, the client is cautious: it signs and
    /// sends to all from the start.
    /// </summary>
    public int VainRoundsBeforeCaution { get; init; } = 3;

    /// <summary>How long caution lasts before the fast path is tried again; doubles each time that fails…</summary>
    public long CautionMinMicros { get; init; } = 10_000_000;

    /// <summary>…up to this.</summary>
    public long CautionMaxMicros { get; init; } = 320_000_000;

    /// <summary>The settings of a client of a cluster.</summary>
    public static ClientSettings For(ClusterConfiguration cluster, ClientId client) => new()
    {
        Client = client,
        Quorums = cluster.Quorums,
        Authentication = cluster.RequestAuthentication,
        SessionWindow = cluster.Limits.SessionWindow,
        ReplyBytesMax = cluster.ReplyBytesMax,
    };
}
