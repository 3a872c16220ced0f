using BftCloud.Simulation;
using BftSmr.Settings;

namespace BftSmr.Simulation.Clusters;

/// <summary>
/// Draws settings of a cluster that meet their limits early: small windows, small batches, short timeouts, frequent
/// checkpoints, tiny chunks.
/// </summary>
internal static class SettingsDraw
{
    public static ReplicaSettings Draw(SimulationRandom random, SimulationOptions options)
    {
        Quorums quorums = options.Ordering.QuorumsOf(options.Replicas, options.F);
        long drawn = random.Pick([200_000L, 500_000, 1_000_000]);
        long timeout = options.RequestTimeoutMicros ?? drawn;
        if (options.WriteQuorumLoweredBy > 0)
            quorums = quorums.Weakened(quorums.Write - options.WriteQuorumLoweredBy);
        if (options.HasDefaultSettings) return DefaultsOf(options, quorums);
        ReplicaSettings settings = new()
        {
            Self = default,
            Quorums = quorums,
            Durability = options.Durability,
            Authentication = options.Authentication,
            Rights = options.ReadOnlyClients == 0 ? RightsTable.Everybody : RightsOf(options),
            Window = random.Pick([1, 2, 4, 16]),
            BatchRequestsMax = random.Pick([1, 2, 8, 64]),
            BatchBytesMax = random.Pick([2_000, 64_000]),
            OperationBytesMax = 1_024,
            ReplyBytesMax = 4_096,
            RequestTimeoutMicros = timeout,
            LeaderLinkGraceMicros = timeout / 4,
            StatusPeriodMicros = random.Pick([50_000L, 100_000]),
            CheckpointPeriod = options.CheckpointPeriod ?? random.Pick([4, 8, 32, 128]),
            CheckpointBytes = 1 << 20,
            SessionsPerClientMax = random.Pick([2, 4, 64]),
            SessionWindow = random.Pick([8, 256]),
            SessionReplyBytesMax = random.Pick([1_000, 64_000]),
            PendingRequestsMax = random.Pick([64, 10_000]),
            SharedChecksMin = 2,
            ChunkBytes = random.Pick([64, 100, 4_096]),
            VouchedRepliesMin = random.Pick([1, 2, 8]),
        };
        return settings with
        {
            ClientReplyBytesMax = 5 * settings.SessionReplyBytesMax,
            SessionTableBytesMax = 50 * settings.SessionReplyBytesMax,
            ClockSkewMicros = options.ClockSkewMicros ?? settings.ClockSkewMicros,
        };
    }

    private static ReplicaSettings DefaultsOf(SimulationOptions options, Quorums quorums)
    {
        ReplicaSettings defaults = new(ReplicationLimits.Default)
        {
            Self = default,
            Quorums = quorums,
            Durability = options.Durability,
            Authentication = options.Authentication,
            Rights = options.ReadOnlyClients == 0 ? RightsTable.Everybody : RightsOf(options),
        };
        return defaults with
        {
            RequestTimeoutMicros = options.RequestTimeoutMicros ?? defaults.RequestTimeoutMicros,
            CheckpointPeriod = options.CheckpointPeriod ?? defaults.CheckpointPeriod,
        };
    }

    /// <summary>The last correct clients may only read.</summary>
    private static RightsTable RightsOf(SimulationOptions options) =>
        new([.. Enumerable.Range(0, options.Clients).Select(
            i => i < options.Clients - options.ReadOnlyClients ? RightsTable.Default : ClientRights.Read)]);
}
