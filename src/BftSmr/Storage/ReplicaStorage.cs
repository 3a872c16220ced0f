using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Settings;
using Microsoft.Extensions.Logging;

namespace BftSmr.Storage;

/// <summary>
/// Everything a replica has on disk: its data directory, locked; the log; the snapshots; the archive.
/// </summary>
internal sealed class ReplicaStorage : IDisposable
{
    private readonly DataDirectoryLock _directoryLock;
    private long _stable;

    private ReplicaStorage(
        DataDirectoryLock directoryLock, WriteAheadLog log, CheckpointStore snapshots, ArchiveStore archive) =>
        (_directoryLock, Log, Snapshots, Archive) = (directoryLock, log, snapshots, archive);

    public WriteAheadLog Log { get; }

    public CheckpointStore Snapshots { get; }

    public ArchiveStore Archive { get; }

    /// <summary>
    /// Locks and reads a data directory, gives the service its newest snapshot, and makes everything ready to be
    /// written.
    /// </summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="owner">Whose it has to be.</param>
    /// <param name="settings">The replica's.</param>
    /// <param name="limits">Bounds of what is decoded.</param>
    /// <param name="executor">Has the service in its initial state.</param>
    /// <param name="logger">Hears of damage.</param>
    /// <param name="recovered">What the core is to be told.</param>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    public static ReplicaStorage Open(
        string directory, DataOwner owner, ReplicaSettings settings, CodecLimits limits, ServiceHost executor,
        ILogger logger, out RecoveredState recovered)
    {
        bool flushes = settings.Durability != Durability.None;
        LogOptions logOptions = new()
        {
            Flushes = flushes, HasVotes = settings.Durability == Durability.Votes, Owner = owner,
        };
        DataDirectoryLock directoryLock = DataDirectoryLock.Take(directory);
        CheckpointStore? snapshots = null;
        WriteAheadLog? log = null;
        try
        {
            owner.Claim(directory);
            // Without durability there is no log that would say which snapshot of an earlier run all replicas agree on:
            // it starts from nothing.
            if (!flushes) CheckpointStore.Discard(Path.Combine(directory, DataDirectory.SnapshotsFolder));
            snapshots = CheckpointStore.Open(
                Path.Combine(directory, DataDirectory.SnapshotsFolder), owner, settings.ChunkBytes,
                flushes, out IReadOnlyList<string> found);
            List<string> damaged = [.. found];
            ReadOnlyMemory<byte> sessions = default;
            SnapshotFile? snapshot = snapshots.Restore(file => TryInstall(file, executor, out sessions), damaged);
            foreach (string file in damaged) StorageLog.SnapshotDamaged(logger, file);

            Instance instance = snapshot?.Instance ?? Instance.Zero;
            log = WriteAheadLog.Open(
                Path.Combine(directory, DataDirectory.LogFolder), DataDirectory.NeverRan(directory), limits, logOptions,
                out LogContents contents);
            DataDirectory.MarkAsRun(directory);
            if (contents.Damage is { } damage)
                StorageLog.LogDamaged(logger, damage.File, damage.Offset, damage.Description);
            else if (contents.VotesForgotten) StorageLog.VotesForgotten(logger, directory);
            StorageLog.Recovered(logger, instance, contents.Records.Count);
            Instance stable = contents.Records.OfType<CheckpointStable>()
                .Select(static c => c.Certificate.Instance).DefaultIfEmpty().Max();
            if (stable > instance) StorageLog.StateMissing(logger, instance, stable);
            recovered = new RecoveredState(
                instance, snapshot?.Tree.Root ?? default, sessions, snapshot?.Tree.SnapshotBytes ?? 0,
                contents.Records) { VotesForgotten = contents.VotesForgotten };
            ArchiveStore archive = ArchiveStore.Open(Path.Combine(directory, DataDirectory.ArchiveFolder), limits);
            return new ReplicaStorage(directoryLock, log, snapshots, archive);
        }
        catch
        {
            log?.Dispose();
            snapshots?.Dispose();
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Streams a snapshot into the service. False, and the service unchanged, if the file is damaged.
    /// </summary>
    public static bool TryInstall(
        SnapshotFile snapshot, ServiceHost executor, out ReadOnlyMemory<byte> sessions,
        CancellationToken cancellationToken = default)
    {
        sessions = default;
        using SnapshotInstallation installation = executor.BeginInstall();
        return snapshot.TryStream(installation, cancellationToken) && installation.TryCommit(out sessions);
    }

    /// <summary>The checkpoint is stable.</summary>
    public void NoteStable(Instance stable)
    {
        if (stable > new Instance(Interlocked.Read(ref _stable))) Interlocked.Exchange(ref _stable, stable.Value);
    }

    /// <summary>
    /// Lets go of the log below the stable checkpoint, as far as a snapshot that makes it unnecessary is complete on
    /// this disk. Votes above the stable checkpoint remain even for executed instances: they are evidence until it is
    /// stable.
    /// </summary>
    public void TruncateLog() =>
        Log.Truncate(new Instance(Math.Min(Snapshots.Newest.Value, Interlocked.Read(ref _stable))));

    /// <summary>Deletes snapshots that the stable checkpoint makes unnecessary. Any thread.</summary>
    public void DeleteOldSnapshots() => Snapshots.DeleteBelow(new Instance(Interlocked.Read(ref _stable)));

    public void Dispose()
    {
        Log.Dispose();
        Snapshots.Dispose();
        _directoryLock.Dispose();
    }
}
