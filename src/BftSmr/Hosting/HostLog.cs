using BftCloud.Primitives;
using BftSmr.Messages;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>What the host says to operators.</summary>
internal static partial class HostLog
{
    [LoggerMessage(20, LogLevel.Information,
        "Replica {Self} listens to replicas on {Peers} and to clients on {Clients}.")]
    public static partial void Started(
        ILogger logger, ReplicaId self, System.Net.EndPoint peers, System.Net.EndPoint clients);

    [LoggerMessage(21, LogLevel.Information, "Replica {Self} stopped.")]
    public static partial void Stopped(ILogger logger, ReplicaId self);

    [LoggerMessage(22, LogLevel.Critical,
        "Replica {Self} cannot go on and stops. No acknowledged operation is lost. Mend the cause, then start it "
        + "again.")]
    public static partial void Failed(ILogger logger, ReplicaId self, Exception cause);

    [LoggerMessage(23, LogLevel.Information, "Leader epoch {Regency}: the leader is {Leader}.")]
    private static partial void RegencyChanged(ILogger logger, Regency regency, ReplicaId leader);

    [LoggerMessage(24, LogLevel.Information, "Checkpoint {Instance}: {Runs} runs of {Bytes} bytes, root {Root}.")]
    public static partial void CheckpointTaken(
        ILogger logger, Instance instance, int runs, long bytes, Digest root);

    [LoggerMessage(25, LogLevel.Information,
        "Fetching checkpoint {Instance} of {Bytes} bytes from the other replicas; {Missing} of them are missing here.")]
    public static partial void FetchBegun(ILogger logger, Instance instance, long bytes, long missing);

    [LoggerMessage(26, LogLevel.Critical,
        "The state at checkpoint {Wrong} is not the one it should be: the memory of this machine is damaged, or the "
        + "service is not deterministic. It is dropped, checkpoint {Kept} is loaded again, and what was executed since "
        + "is executed again. Check the machine's memory; if other replicas say the same, check the service.")]
    public static partial void StateDropped(ILogger logger, Instance wrong, Instance kept);

    [LoggerMessage(33, LogLevel.Critical,
        "The record 0x{Key} in memory is not the one of checkpoint {Instance}, which was taken of it.")]
    public static partial void RecordWrong(ILogger logger, string key, Instance instance);

    [LoggerMessage(27, LogLevel.Information, "Loaded checkpoint {Instance}.")]
    public static partial void StateInstalled(ILogger logger, Instance instance);

    [LoggerMessage(28, LogLevel.Error,
        "The fetched checkpoint {Instance} is damaged on this disk, although every piece was verified when it arrived. "
        + "What is damaged is fetched again. Check the disk.")]
    public static partial void StateInstallFailed(ILogger logger, Instance instance);

    [LoggerMessage(
        35, LogLevel.Warning,
        "The limit on open files leaves room for {Fit} client links, not {Wanted}; the rest is refused. Raise it with "
        + "'ulimit -n', or LimitNOFILE of systemd.")]
    public static partial void FewDescriptors(ILogger logger, int fit, int wanted);

    [LoggerMessage(
        36, LogLevel.Warning,
        "The disk did not take or give batches kept for replicas that are behind: {Cause} They find other sources. "
        + "Check the space and the health of the disk.")]
    public static partial void ArchiveFailed(ILogger logger, string cause);

    [LoggerMessage(30, LogLevel.Information, "Replica {Self}: {Change}, {Lag} instances behind, executed {Executed}.")]
    private static partial void Changed(
        ILogger logger, ReplicaId self, BftReplicaChangeKind change, long lag, Instance executed);

    [LoggerMessage(31, LogLevel.Warning, "Replica {Self} does not reach {Unreachable}: fewer failures are borne.")]
    private static partial void Degraded(ILogger logger, ReplicaId self, string unreachable);

    [LoggerMessage(32, LogLevel.Error, "An observer of this replica's changes threw. Correct it; the replica goes on.")]
    public static partial void ObserverFailed(ILogger logger, Exception cause);

    public static void Changed(ILogger logger, BftReplicaChange change)
    {
        if (change.Kind == BftReplicaChangeKind.Regency) RegencyChanged(logger, change.Regency, change.Leader);
        else if (change.Kind == BftReplicaChangeKind.Degraded)
            Degraded(logger, change.Self, string.Join(", ", change.Unreachable));
        else Changed(logger, change.Self, change.Kind, change.Lag, change.LastExecuted);
    }

    [LoggerMessage(29, LogLevel.Debug, "Dropped a message from {Source}: {Reason}.")]
    public static partial void Rejected(ILogger logger, string source, RejectReason reason);
}
