using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftSmr.Storage;

/// <summary>What the storage says to operators.</summary>
internal static partial class StorageLog
{
    /// <summary>Damage that is told to operators.</summary>
    public static DiskDamage DamageToldTo(ILogger logger) => new(
        (file, offset, remedy) => FileDamaged(logger, file, offset, remedy), file => FileMended(logger, file));

    [LoggerMessage(10, LogLevel.Information, "Recovered checkpoint {Instance} and {Records} log records from disk.")]
    public static partial void Recovered(ILogger logger, Instance instance, int records);

    [LoggerMessage(15, LogLevel.Error, "The file {File} is damaged at offset {Offset}. {Remedy} Check the disk.")]
    public static partial void FileDamaged(ILogger logger, string file, long offset, string remedy);

    [LoggerMessage(16, LogLevel.Information, "The damage of {File} is mended.")]
    public static partial void FileMended(ILogger logger, string file);

    [LoggerMessage(17, LogLevel.Information,
        "Fetching {Missing} bytes of the damaged run {Root} from the other replicas.")]
    public static partial void RepairBegun(ILogger logger, long missing, Digest root);

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
