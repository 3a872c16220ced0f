using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Storage;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// What the loop must not wait for: writing, installing, reading and deleting snapshots. Methods are called on the loop; long work goes to the thread
/// pool - one piece at a time, but for chunks read for peers - and comes back through the loop's inbox (post) as an input, an effect, an action or,
/// if it failed, an exception.
/// </summary>
internal sealed class SnapshotWork(int replicas, ServiceHost executor, ReplicaStorage storage, ReplicaMetrics metrics, ILogger logger, Action<object> post) : IDisposable
{
    /// <summary>Chunks read at a time for one peer; more that it asks for are passed over, and asked for again.</summary>
    private const int ReadsPerPeerMax = 8;

    private readonly int[] _reads = new int[replicas];
    private readonly CancellationTokenSource _stop = new();
    private Task _chain = Task.CompletedTask;

    /// <summary>The service belongs to the installation: it can neither execute nor answer.</summary>
    public bool IsInstalling { get; private set; }

    /// <summary>The loop has ended; completes when nothing uses the storage or the service any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _chain.ConfigureAwait(false);
    }

    public void Dispose() => _stop.Dispose();

    public void Take(TakeCheckpointEffect effect)
    {
        ISnapshotReader reader = executor.Freeze(effect.Sessions);
        storage.Log.BeginSegment(effect.Instance, effect.LiveRecords);
        Enqueue(() =>
        {
            using (reader)
            {
                SnapshotFile snapshot = storage.Snapshots.Write(effect.Instance, reader, _stop.Token);
                HostLog.CheckpointTaken(logger, effect.Instance, snapshot.Tree.SnapshotBytes, snapshot.Tree.Root);
                PostAction(ReleaseOld);
                post(new CheckpointTakenInput(effect.Instance, snapshot.Tree.Root, snapshot.Tree.SnapshotBytes));
            }
            metrics.NoteCheckpoint();
        });
    }

    public void Truncate(Instance stable)
    {
        storage.NoteStable(stable);
        ReleaseOld();
    }

    public void BeginFetch(BeginFetchEffect effect)
    {
        Instance instance = effect.Certificate.Instance;
        HostLog.FetchBegun(logger, instance, effect.SnapshotBytes);
        if (!storage.Snapshots.BeginFetch(effect.Certificate, effect.SnapshotBytes)) return;
        Enqueue(() =>
        {
            IReadOnlyList<int> chunks = storage.Snapshots.FindFetchedChunks(instance, _stop.Token);
            if (chunks.Count == 0) return;
            HostLog.FetchResumed(logger, instance, chunks.Count);
            post(new FetchResumedInput(instance, effect.SnapshotBytes, chunks));
        });
    }

    public void Store(StoreChunkEffect effect) => storage.Snapshots.StoreChunk(effect.Instance, effect.Index, effect.Bytes);

    public void Install(InstallStateEffect effect)
    {
        Instance instance = effect.Certificate.Instance;
        storage.Log.BeginSegment(instance, effect.LiveRecords);
        IsInstalling = true;
        Enqueue(() =>
        {
            bool isInstalled = TryInstall(instance, out ReadOnlyMemory<byte> sessions);
            if (isInstalled) HostLog.StateInstalled(logger, instance);
            else HostLog.StateInstallFailed(logger, instance);
            PostAction(() =>
            {
                IsInstalling = false;
                if (isInstalled) Truncate(instance);
            });
            post(isInstalled ? new StateInstalledInput(instance, sessions) : (Input)new StateInstallFailedInput(instance));
        });
    }

    public void SendChunk(SendChunkEffect effect)
    {
        if (_reads[effect.To.Value] >= ReadsPerPeerMax) return;
        _reads[effect.To.Value]++;
        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Work.ReadChunk(state.Effect), (Work: this, Effect: effect), preferLocal: false);
    }

    private void ReadChunk(SendChunkEffect effect) => Report(() =>
    {
        Chunk? chunk = _stop.IsCancellationRequested ? null : storage.Snapshots.ReadChunk(effect.Instance, effect.Index);
        PostAction(() => _reads[effect.To.Value]--);
        if (chunk is not null) post(new SendEffect(effect.To, chunk));
    });

    private bool TryInstall(Instance instance, out ReadOnlyMemory<byte> sessions)
    {
        sessions = default;
        if (storage.Snapshots.CompleteFetch(instance) is not { } snapshot) return false;
        if (ReplicaStorage.TryInstall(snapshot, executor, out sessions, _stop.Token)) return true;
        storage.Snapshots.SetAside(snapshot);
        return false;
    }

    private void ReleaseOld()
    {
        storage.TruncateLog();
        Enqueue(storage.DeleteOldSnapshots);
    }

    private void Enqueue(Action work) => _chain = RunAfterAsync(_chain, work);

    private async Task RunAfterAsync(Task previous, Action work)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
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
            // The replica stops; what is half written is not used.
        }
        catch (Exception e)
        {
            post(e);
        }
#pragma warning restore CA1031
    }

    private void PostAction(Action action) => post(action);
}
