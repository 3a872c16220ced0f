namespace BftCloud.Monitoring;

/// <summary>
/// What a replica says of itself at <c>/status</c> and, with the digest of its state, at <c>/status/digest</c>.
/// </summary>
internal sealed record ReplicaReport
{
    public required int Id { get; init; }
    public required int Pid { get; init; }
    public required string ClusterId { get; init; }
    public required string Service { get; init; }
    public required double UptimeSeconds { get; init; }
    public required long Regency { get; init; }
    public required int Leader { get; init; }

    /// <summary>False while a leader change is under way.</summary>
    public required bool Synchronized { get; init; }

    public required bool CatchingUp { get; init; }

    /// <summary>It restarted without its votes, and does not vote until it has caught up.</summary>
    public required bool Silent { get; init; }

    /// <summary>
    /// Instances that f+1 others say they have executed and it has not; null while it has not heard from them.
    /// </summary>
    public long? InstancesBehind { get; init; }

    /// <summary>Why it does not take part in full yet; null if it is ready.</summary>
    public string? NotReady { get; init; }

    /// <summary>How far it is on its way to taking part in full; null if it does not say.</summary>
    public ProgressReport? Progress { get; init; }

    public required long LastExecuted { get; init; }
    public required long StableCheckpoint { get; init; }

    /// <summary>Hexadecimal; null while a state is being loaded.</summary>
    public required string? StateDigest { get; init; }

    public required long ExecutedOperations { get; init; }
    public required int PendingRequests { get; init; }
    public required int Sessions { get; init; }
    public required long LeaderChanges { get; init; }

    /// <summary>Batches executed while it led.</summary>
    public long LedBatches { get; init; }

    /// <summary>The sum of the times from their proposals to their executions, seconds.</summary>
    public double LedSeconds { get; init; }

    /// <summary>Files on its disk that it found damaged since it started.</summary>
    public long DamageFound { get; init; }

    /// <summary>Those of them that are mended.</summary>
    public long DamageMended { get; init; }

    /// <summary>What its process uses; null if it does not say.</summary>
    public ReplicaUsageReport? Usage { get; init; }

    /// <summary>What was received and dropped, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Rejected { get; init; }

    public required IReadOnlyList<PeerReport> Peers { get; init; }
}

/// <summary>What a replica's process uses.</summary>
/// <param name="CpuSeconds">Processor time since it started, seconds.</param>
/// <param name="MemoryBytes">Memory it holds.</param>
/// <param name="DataBytes">The files of its data directory.</param>
/// <param name="FreeBytes">The room left on their disk.</param>
internal sealed record ReplicaUsageReport(double CpuSeconds, long MemoryBytes, long DataBytes, long FreeBytes);

/// <summary>Another replica as the reporting one sees it.</summary>
internal sealed record PeerReport(int Id, bool Connected, long LastExecuted, long Lag);
