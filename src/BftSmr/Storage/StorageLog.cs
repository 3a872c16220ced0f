using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftSmr.Storage;

/// <summary>What the storage says to operators.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(10, LogLevel.Information, "Recovered checkpoint {Instance} and {Records} log records from disk.")]
    public static partial void Recovered(ILogger logger, Instance instance, int records);

    [LoggerMessage(11, LogLevel.Error,
        "The log file {File} is damaged at offset {Offset}: {Description}. It and what follows it were renamed to "
        + "*.corrupt, what precedes it is used. The replica cannot know what it voted, so it is in non-voting recovery "
        + "until it has caught up with the others. Check the disk.")]
    public static partial void LogDamaged(ILogger logger, string file, long offset, string description);

    [LoggerMessage(12, LogLevel.Error,
        "The checkpoint file {File} is damaged. What is damaged of it is fetched from the other replicas if it is "
        + "needed. Check the disk.")]
    public static partial void CheckpointDamaged(ILogger logger, string file);

    [LoggerMessage(15, LogLevel.Error,
        "The run {File} is damaged at offset {Offset}. The damaged piece is fetched from the other replicas. Check the "
        + "disk.")]
    public static partial void RunDamaged(ILogger logger, string file, long offset);

    [LoggerMessage(16, LogLevel.Information, "The run {Root} is whole again.")]
    public static partial void RunMended(ILogger logger, Digest root);

    [LoggerMessage(13, LogLevel.Warning,
        "Votes sent before this start are not in the log of {Directory}: the replica is in non-voting recovery until "
        + "it has caught up with the others. That is as it should be after the loss of a disk, or without durable "
        + "votes.")]
    public static partial void VotesForgotten(ILogger logger, string directory);

    [LoggerMessage(14, LogLevel.Error,
        "The state on disk is that of instance {Instance}, but the checkpoint of instance {Stable} is stable: it "
        + "is damaged or missing. The replica counts as one of the f faulty ones. It sends no vote up to "
        + "there and answers no read until it has fetched what it lacks from the others.")]
    public static partial void StateMissing(ILogger logger, Instance instance, Instance stable);
}
