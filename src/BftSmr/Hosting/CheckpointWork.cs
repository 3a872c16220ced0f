using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Storage;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// What the loop must not wait for: writing, merging, loading, reading and deleting checkpoints. Methods are called on
/// the loop; all disk work goes to the thread pool and comes back through the loop's inbox (post) as an input, an
/// effect, an action or, if it failed, an exception. Checkpoints are written, merged, loaded and deleted one after the
/// other; beside that the pieces of a fetch are stored, in order; and pieces are read for peers. Invariants: one state
/// is loaded at a time, and no checkpoint is taken of one that is being replaced.
/// </summary>
internal sealed class CheckpointWork : IDisposable
{
    /// <summary>
    /// Pieces received that wait to be stored. Where the disk is slower than that the loop waits for it.
    /// </summary>
    private const int StoresWaitingMax = 64;

    /// <summary>
    /// Pieces read at a time for one peer; more that it asks for are passed over, and asked for again.
    /// </summary>
    private const int ReadsPerPeerMax = 8;

    private readonly ServiceHost _executor;
    private readonly ReplicaStorage _storage;
    private readonly ReplicaMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Action<object> _post;
    private readonly int[] _reads;
    private readonly CancellationTokenSource _stop = new();
    private readonly BackgroundWork _checkpoints, _fetch;

    public CheckpointWork(
        int replicas, ServiceHost executor, ReplicaStorage storage, ReplicaMetrics metrics, ILogger logger,
        Action<object> post)
    {
        (_executor, _storage, _metrics, _logger, _post) = (executor, storage, metrics, logger, post);
        _reads = new int[replicas];
        _checkpoints = new BackgroundWork(RunUnlessStopped);
        _fetch = new BackgroundWork(RunUnlessStopped, StoresWaitingMax);
        storage.Checkpoints.RunDamaged = run => PostAction(() => _fetch.Add(() => PostMissing(run)));
        storage.Checkpoints.ManifestDamaged = manifest =>
            PostAction(() => _checkpoints.Add(() => _storage.Checkpoints.RestoreManifest(manifest)));
    }

    /// <summary>The service belongs to the installation: it can neither execute nor answer.</summary>
    public bool IsInstalling { get; private set; }

    /// <summary>How far the load is; null while none is under way.</summary>
    public ReadProgress? Loading { get; private set; }

    /// <summary>The loop has ended; completes when nothing uses the storage or the service any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_checkpoints.Done, _fetch.Done).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _checkpoints.Dispose();
        _fetch.Dispose();
        _stop.Dispose();
    }

    public void Take(TakeCheckpointEffect effect)
    {
        Invariant.Holds(!IsInstalling, "no checkpoint is taken of a state that is being replaced");
        FrozenState touched = _executor.Freeze(effect.Own);
        _storage.Log.BeginSegment(effect.Instance, effect.LiveRecords);
        _checkpoints.Add(() =>
        {
            using (touched)
            {
                if (_storage.Checkpoints.Write(effect.Instance, touched, _stop.Token) is not { } manifest) return;
                HostLog.CheckpointTaken(_logger, effect.Instance, manifest.Runs.Count, manifest.Bytes, manifest.Root);
                PostAction(ReleaseOld);
                _post(new CheckpointTakenInput(manifest));
                Audit(manifest, touched);
            }
            _metrics.NoteCheckpoint();
            _storage.Checkpoints.MergeAhead(_stop.Token);
        });
    }

    private void Audit(Manifest manifest, FrozenState state)
    {
        if (_storage.Checkpoints.FindWrong(manifest, state) is not { } key) return;
        HostLog.RecordWrong(_logger, Convert.ToHexStringLower(key), manifest.Instance);
        _post(new StateDamagedInput(manifest));
    }

    public void Pass(PassCheckpointEffect effect)
    {
        Invariant.Holds(!IsInstalling, "no checkpoint is passed of a state that is being replaced");
        FrozenState touched = _executor.Freeze(effect.Own);
        _checkpoints.Add(() =>
        {
            using (touched) _storage.Checkpoints.Pass(effect.Instance, touched, _stop.Token);
        });
    }

    /// <summary>The checkpoint is stable, and peers are fetching these ones.</summary>
    public void Truncate(Instance stable, IReadOnlyList<Instance> pinned)
    {
        _storage.NoteStable(stable);
        _storage.Checkpoints.Pin(pinned);
        ReleaseOld();
    }

    public void BeginFetch(BeginFetchEffect effect) => _fetch.Add(() =>
    {
        IReadOnlyList<MissingRun> missing = _storage.Checkpoints.BeginFetch(effect.Manifest, _stop.Token);
        HostLog.FetchBegun(
            _logger, effect.Manifest.Instance, effect.Manifest.Bytes,
            missing.Sum(run => run.BytesMissing(_storage.Checkpoints.ChunkBytes)));
        _post(new FetchPlannedInput(effect.Manifest, missing));
    });

    /// <summary>All that was missing of a damaged run is on its way to the disk.</summary>
    public void Mend(MendRunEffect effect) => _fetch.Add(() =>
    {
        if (!_storage.Checkpoints.TryMend(effect.Run)) PostMissing(effect.Run);
    });

    public void Drop(DropStateEffect effect)
    {
        HostLog.StateDropped(_logger, effect.Wrong, effect.Kept);
        _metrics.NoteStateDropped();
        _checkpoints.Add(() => _storage.Checkpoints.DeleteAbove(effect.Kept));
    }

    public void Store(StorePieceEffect effect) =>
        _fetch.Add(() => _storage.Checkpoints.StorePiece(effect.Run, effect.Index, effect.Bytes));

    /// <summary>Loads a checkpoint. If that succeeds it is told on the loop, before the input.</summary>
    public void Install(InstallStateEffect effect, Action installed)
    {
        Invariant.Holds(!IsInstalling, "one state is loaded at a time");
        Manifest manifest = effect.Manifest;
        _storage.Log.BeginSegment(manifest.Instance, effect.LiveRecords);
        IsInstalling = true;
        Loading = _storage.Checkpoints.Reading = new ReadProgress();
        Loading.Expect(CheckpointReader.BytesToRead(manifest));
        _storage.Checkpoints.GiveUpWaiting();
        _checkpoints.AddAfter(_fetch, () =>
        {
            bool isWhole = _storage.Checkpoints.TryCompleteFetch(manifest, _stop.Token);
            Input input;
            if (isWhole)
            {
                IReadOnlyList<StateRecord> own = _storage.Checkpoints.Load(manifest, _executor, _stop.Token);
                _storage.Checkpoints.EndFetch(manifest);
                HostLog.StateInstalled(_logger, manifest.Instance);
                input = new StateInstalledInput(manifest.Instance, own);
            }
            else
            {
                HostLog.StateInstallFailed(_logger, manifest.Instance);
                input = new StateInstallFailedInput(manifest.Instance);
            }
            PostAction(() =>
            {
                IsInstalling = false;
                Loading = null;
                if (!isWhole) return;
                installed();
                _storage.NoteStable(manifest.Instance);
                ReleaseOld();
            });
            _post(input);
        });
        _fetch.AddAfter(_checkpoints, static () => { }); // the next fetch begins when this one is complete
    }

    public void SendPiece(SendPieceEffect effect)
    {
        if (_reads[effect.To.Value] >= ReadsPerPeerMax) return;
        _reads[effect.To.Value]++;
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Work.ReadPiece(state.Effect), (Work: this, Effect: effect), preferLocal: false);
    }

    private void PostMissing(RunDescription run)
    {
        if (_storage.Checkpoints.FindMissing(run, _stop.Token) is not { } missing) return;
        StorageLog.RepairBegun(_logger, missing.BytesMissing(_storage.Checkpoints.ChunkBytes), run.Root);
        _post(new RunDamagedInput(missing));
    }

    private void ReadPiece(SendPieceEffect effect) => Report(() =>
    {
        if (_stop.IsCancellationRequested) return;
        Piece? piece = _storage.Checkpoints.ReadPiece(effect.Run, effect.Index);
        PostAction(() =>
        {
            Invariant.Holds(_reads[effect.To.Value] > 0, "a piece that was read for a peer was counted for it");
            _reads[effect.To.Value]--;
        });
        if (piece is not null) _post(new SendEffect(effect.To, piece));
    });

    private void ReleaseOld()
    {
        _storage.TruncateLog();
        _checkpoints.Add(_storage.DeleteOldCheckpoints);
        _fetch.Add(_storage.Checkpoints.DropOldFetch);
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
            // The replica stops; a half-written run is not used.
        }
        catch (Exception e)
        {
            _post(e);
        }
#pragma warning restore CA1031
    }

    private void PostAction(Action action) => _post(action);
}
