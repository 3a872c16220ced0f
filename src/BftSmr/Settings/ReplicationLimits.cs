namespace BftSmr.Settings;

/// <summary>
/// The limits that all replicas and clients of a cluster keep, each with its one default. The configuration, the
/// settings of replicas and of clients, and the codec's bounds take theirs from here.
/// </summary>
internal record ReplicationLimits
{
    private const int OperationBytesDefault = 1 << 20;

    /// <summary>More than an operation's authentication adds to it in a batch, bytes.</summary>
    private const int AuthenticationRoomBytes = 64 << 10;

    /// <summary>Every limit at its default.</summary>
    public static ReplicationLimits Default { get; } = new();

    /// <summary>Instances that the leader may have proposed beyond the last it executed.</summary>
    public int Window { get; init; } = 32;

    /// <summary>Requests in a batch, at most.</summary>
    public int BatchRequestsMax { get; init; } = 1024;

    /// <summary>Bytes in a batch, at most: one of the largest operations fits, with its authentication.</summary>
    public int BatchBytesMax { get; init; } = OperationBytesDefault + AuthenticationRoomBytes;

    /// <summary>Bytes of one operation, at most.</summary>
    public int OperationBytesMax { get; init; } = OperationBytesDefault;

    /// <summary>Bytes of one reply, at most.</summary>
    public int ReplyBytesMax { get; init; } = 1 << 20;

    /// <summary>Operations a session may have outstanding; also the number of replies kept for it.</summary>
    public int SessionWindow { get; init; } = 256;

    /// <summary>
    /// How long a request that every replica can verify, or a proposal, may wait before its leader is suspected.
    /// Doubles with each vain change.
    /// </summary>
    public long RequestTimeoutMicros { get; init; } = 1_000_000;

    /// <summary>A checkpoint is due after this many instances…</summary>
    public int CheckpointPeriod { get; init; } = 4096;

    /// <summary>…or this many bytes of batches.</summary>
    public long CheckpointBytes { get; init; } = 8 << 20;

    /// <summary>Size of a chunk of a run, bytes.</summary>
    public int ChunkBytes { get; init; } = 256 << 10;
}
