using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;
using Microsoft.Extensions.Logging;

namespace BftSmr.Storage;

/// <summary>
/// Everything a replica has on disk: its data directory, locked; the log; the checkpoints; the archive.
/// </summary>
internal sealed class ReplicaStorage : IDisposable
{
    private readonly DataDirectoryLock _directoryLock;
    private long _stable;

    private ReplicaStorage(
        string directory, DataDirectoryLock directoryLock, WriteAheadLog log, CheckpointStore checkpoints,
        ArchiveStore archive, DiskDamage damage)
    {
        (Directory, _directoryLock) = (directory, directoryLock);
        (Log, Checkpoints, Archive, Damage) = (log, checkpoints, archive, damage);
    }

    public string Directory { get; }

    public WriteAheadLog Log { get; }

    public CheckpointStore Checkpoints { get; }

    public ArchiveStore Archive { get; }

    public DiskDamage Damage { get; }

    /// <summary>
    /// Locks and reads a data directory, gives the service its newest checkpoint, and makes everything ready to be
    /// written.
    /// </summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="owner">Whose it has to be.</param>
    /// <param name="settings">The replica's.</param>
    /// <param name="limits">Bounds of what is decoded.</param>
    /// <param name="executor">Has the service in its initial state.</param>
    /// <param name="logger">Hears of damage.</param>
    /// <param name="reading">Hears what is read, from when the directory is locked.</param>
    /// <param name="cancellationToken">Gives up while the checkpoint is read.</param>
    /// <param name="recovered">What the core is to be told.</param>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    public static ReplicaStorage Open(
        string directory, DataOwner owner, ReplicaSettings settings, CodecLimits limits, ServiceHost executor,
        ILogger logger, ReadProgress reading, out RecoveredState recovered, CancellationToken cancellationToken)
    {
        bool flushes = settings.Durability != Durability.None;
        LogOptions logOptions = new()
        {
            Flushes = flushes, HasVotes = settings.Durability == Durability.Votes, Owner = owner, Reading = reading,
        };
        DiskDamage damage = StorageLog.DamageToldTo(logger);
        DataDirectoryLock directoryLock = DataDirectoryLock.Take(directory);
        CheckpointStore? checkpoints = null;
        WriteAheadLog? log = null;
        try
        {
            owner.Claim(directory);
            reading.Expect(0);
            // Without durability there is no log that would say which checkpoint of an earlier run all replicas agree
            // on: it starts from nothing.
            string folder = Path.Combine(directory, DataDirectory.CheckpointsFolder);
            if (!flushes) CheckpointStore.Discard(folder);
            checkpoints = CheckpointStore.Open(folder, owner, settings, damage);
            checkpoints.Reading = reading;
            Manifest checkpoint = checkpoints.Restore(executor, out IReadOnlyList<StateRecord> own, cancellationToken);
            checkpoints.Reading = new ReadProgress();

            Instance instance = checkpoint.Instance;
            log = WriteAheadLog.Open(
                Path.Combine(directory, DataDirectory.LogFolder), DataDirectory.NeverRan(directory), limits, logOptions,
                damage, out LogContents contents);
            DataDirectory.MarkAsRun(directory);
            if (contents is { VotesForgotten: true, Damage: null }) StorageLog.VotesForgotten(logger, directory);
            StorageLog.Recovered(logger, instance, contents.Records.Count);
            Instance stable = contents.Records.OfType<CheckpointStable>()
                .Select(static c => c.Certificate.Instance).DefaultIfEmpty().Max();
            if (stable > instance) StorageLog.StateMissing(logger, instance, stable);
            recovered = new RecoveredState(checkpoint, own, contents.Records)
            {
                VotesForgotten = contents.VotesForgotten,
            };
            ArchiveStore archive = ArchiveStore.Open(
                Path.Combine(directory, DataDirectory.ArchiveFolder), limits, damage);
            return new ReplicaStorage(directory, directoryLock, log, checkpoints, archive, damage);
        }
        catch
        {
            log?.Dispose();
            checkpoints?.Dispose();
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>The checkpoint is stable.</summary>
    public void NoteStable(Instance stable)
    {
        if (stable > new Instance(Interlocked.Read(ref _stable))) Interlocked.Exchange(ref _stable, stable.Value);
    }

    /// <summary>
    /// Lets go of the log below the stable checkpoint, as far as a checkpoint that makes it unnecessary is complete on
    /// this disk. Votes above the stable checkpoint remain even for executed instances: they are evidence until it is
    /// stable.
    /// </summary>
    public void TruncateLog() =>
        Log.Truncate(new Instance(Math.Min(Checkpoints.Newest.Value, Interlocked.Read(ref _stable))));

    /// <summary>Deletes checkpoints that the stable one makes unnecessary. On the thread that writes them.</summary>
    public void DeleteOldCheckpoints() => Checkpoints.DeleteBelow(new Instance(Interlocked.Read(ref _stable)));

    public void Dispose()
    {
        Log.Dispose();
        Checkpoints.Dispose();
        _directoryLock.Dispose();
    }
}
