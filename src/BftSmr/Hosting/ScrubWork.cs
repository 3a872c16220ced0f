using BftSmr.Core;
using BftSmr.Storage;

namespace BftSmr.Hosting;

/// <summary>
/// Has the disk looked through for damage while the replica runs: on the thread pool, so many bytes in each period.
/// What the core has to do about damage reaches it through the loop's inbox (post); so does a failure of the disk.
/// </summary>
internal sealed class ScrubWork : IDisposable
{
    /// <summary>Bytes that are read in each period: at one second, 1 GiB in some four minutes.</summary>
    private const long BytesPerPeriod = 4 << 20;

    private readonly ReplicaStorage _storage;
    private readonly Scrubber _scrubber;
    private readonly Action<object> _post;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _scrubbing;

    public ScrubWork(ReplicaStorage storage, TimeSpan period, Action<object> post)
    {
        LogScrub log = new(storage.Log) { Damaged = () => post(new LogDamagedInput()) };
        storage.Archive.Damaged = () => post(new ArchiveLostInput());
        _scrubber = new Scrubber(
            () => storage.Checkpoints.Scrub().Concat(log.Scrub()).Concat(storage.Archive.Scrub()));
        (_storage, _post) = (storage, post);
        _scrubbing = ScrubAsync(period);
    }

    /// <summary>Completes when nothing is read any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _scrubbing.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _scrubber.Dispose();
        _stop.Dispose();
    }

    private void Scrub()
    {
        try
        {
            StorageException.Guard(
                "Looking for damage in", _storage.Directory, () => _scrubber.Scrub(BytesPerPeriod, _stop.Token));
        }
        catch (StorageException) when (!Directory.Exists(_storage.Directory))
        {
            // It was moved away or removed. What is open can still be used, and the rest is no damage.
            _scrubber.Dispose();
        }
    }

    private async Task ScrubAsync(TimeSpan period)
    {
        using PeriodicTimer timer = new(period);
#pragma warning disable CA1031 // Nothing is swallowed: the loop throws it.
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false)) Scrub();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The replica stops.
        }
        catch (Exception e)
        {
            _post(e);
        }
#pragma warning restore CA1031
    }
}
