using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Storage;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// What the loop must not wait for: writing, installing, reading and deleting snapshots. Methods are called on the
/// loop; all disk work goes to the thread pool and comes back through the loop's inbox (post) as an input, an effect,
/// an action or, if it failed, an exception. Whole snapshots are written, installed and deleted one after the other;
/// beside that the chunks of a fetch are stored, in order; and chunks are read for peers. Invariants: one state is
/// installed at a time, and no snapshot is taken of one that is being replaced.
/// </summary>
internal sealed class SnapshotWork : IDisposable
{
    /// <summary>
    /// Chunks received that wait to be stored. Where the disk is slower than that the loop waits for it.
    /// </summary>
    private const int StoresWaitingMax = 64;

    /// <summary>
    /// Chunks read at a time for one peer; more that it asks for are passed over, and asked for again.
    /// </summary>
    private const int ReadsPerPeerMax = 8;

    private readonly ServiceHost _executor;
    private readonly ReplicaStorage _storage;
    private readonly ReplicaMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Action<object> _post;
    private readonly int[] _reads;
    private readonly CancellationTokenSource _stop = new();
    private readonly BackgroundWork _snapshots, _fetch;

    public SnapshotWork(
        int replicas, ServiceHost executor, ReplicaStorage storage, ReplicaMetrics metrics, ILogger logger,
        Action<object> post)
    {
        (_executor, _storage, _metrics, _logger, _post) = (executor, storage, metrics, logger, post);
        _reads = new int[replicas];
        _snapshots = new BackgroundWork(RunUnlessStopped);
        _fetch = new BackgroundWork(RunUnlessStopped, StoresWaitingMax);
    }

    /// <summary>The service belongs to the installation: it can neither execute nor answer.</summary>
    public bool IsInstalling { get; private set; }

    /// <summary>The loop has ended; completes when nothing uses the storage or the service any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_snapshots.Done, _fetch.Done).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _snapshots.Dispose();
        _fetch.Dispose();
        _stop.Dispose();
    }

    public void Take(TakeCheckpointEffect effect)
    {
        Invariant.Holds(!IsInstalling, "no snapshot is taken of a state that is being replaced");
        ISnapshotReader reader = _executor.Freeze(effect.Sessions);
        _storage.Log.BeginSegment(effect.Instance, effect.LiveRecords);
        _snapshots.Add(() =>
        {
            using (reader)
            {
                SnapshotFile snapshot = _storage.Snapshots.Write(effect.Instance, reader, _stop.Token);
                HostLog.CheckpointTaken(_logger, effect.Instance, snapshot.Tree.SnapshotBytes, snapshot.Tree.Root);
                PostAction(ReleaseOld);
                _post(new CheckpointTakenInput(effect.Instance, snapshot.Tree.Root, snapshot.Tree.SnapshotBytes));
            }
            _metrics.NoteCheckpoint();
        });
    }

    /// <summary>The checkpoint is stable, and peers are fetching these ones.</summary>
    public void Truncate(Instance stable, IReadOnlyList<Instance> pinned)
    {
        _storage.NoteStable(stable);
        _storage.Snapshots.Pin(pinned);
        ReleaseOld();
    }

    public void BeginFetch(BeginFetchEffect effect)
    {
        Instance instance = effect.Certificate.Instance;
        HostLog.FetchBegun(_logger, instance, effect.SnapshotBytes);
        bool isTakenUp = false;
        _fetch.Add(() => isTakenUp = _storage.Snapshots.BeginFetch(effect.Certificate, effect.SnapshotBytes));
        _snapshots.AddAfter(_fetch, () =>
        {
            if (!isTakenUp) return;
            IReadOnlyList<int> chunks = _storage.Snapshots.FindFetchedChunks(instance, _stop.Token);
            if (chunks.Count == 0) return;
            HostLog.FetchResumed(_logger, instance, chunks.Count);
            _post(new FetchResumedInput(instance, effect.SnapshotBytes, chunks));
        });
    }

    public void Store(StoreChunkEffect effect) =>
        _fetch.Add(() => _storage.Snapshots.StoreChunk(effect.Instance, effect.Index, effect.Bytes));

    public void Install(InstallStateEffect effect)
    {
        Invariant.Holds(!IsInstalling, "one state is installed at a time");
        Instance instance = effect.Certificate.Instance;
        _storage.Log.BeginSegment(instance, effect.LiveRecords);
        IsInstalling = true;
        _snapshots.AddAfter(_fetch, () =>
        {
            bool isInstalled = TryInstall(instance, out ReadOnlyMemory<byte> sessions);
            if (isInstalled) HostLog.StateInstalled(_logger, instance);
            else HostLog.StateInstallFailed(_logger, instance);
            PostAction(() =>
            {
                IsInstalling = false;
                if (!isInstalled) return;
                _storage.NoteStable(instance);
                ReleaseOld();
            });
            _post(isInstalled ? new StateInstalledInput(instance, sessions) : new StateInstallFailedInput(instance));
        });
        _fetch.AddAfter(_snapshots, static () => { }); // the next fetch begins when this one is complete
    }

    public void SendChunk(SendChunkEffect effect)
    {
        if (_reads[effect.To.Value] >= ReadsPerPeerMax) return;
        _reads[effect.To.Value]++;
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Work.ReadChunk(state.Effect), (Work: this, Effect: effect), preferLocal: false);
    }

    private void ReadChunk(SendChunkEffect effect) => Report(() =>
    {
        if (_stop.IsCancellationRequested) return;
        Chunk? chunk = _storage.Snapshots.ReadChunk(effect.Instance, effect.Index);
        PostAction(() =>
        {
            Invariant.Holds(_reads[effect.To.Value] > 0, "a chunk that was read for a peer was counted for it");
            _reads[effect.To.Value]--;
        });
        if (chunk is not null) _post(new SendEffect(effect.To, chunk));
    });

    private bool TryInstall(Instance instance, out ReadOnlyMemory<byte> sessions)
    {
        sessions = default;
        if (_storage.Snapshots.CompleteFetch(instance) is not { } snapshot) return false;
        if (ReplicaStorage.TryInstall(snapshot, _executor, out sessions, _stop.Token)) return true;
        _storage.Snapshots.SetAside(snapshot);
        return false;
    }

    private void ReleaseOld()
    {
        _storage.TruncateLog();
        _snapshots.Add(_storage.DeleteOldSnapshots);
    }

    private void RunUnlessStopped(Action work)
    {
        if (!_stop.IsCancellationRequested) Report(work);
    }

    /// <summary>Runs work whose failure stops the replica.</summary>
    private void Report(Action work)
    {
#pragma warning disable CA1031 // Nothing is swallowed: the loop throws it.
        try
        {
            work();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The replica stops; a half-written snapshot is not used.
        }
        catch (Exception e)
        {
            _post(e);
        }
#pragma warning restore CA1031
    }

    private void PostAction(Action action) => _post(action);
}
