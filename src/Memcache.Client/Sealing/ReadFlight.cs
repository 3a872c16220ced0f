namespace Memcache.Client.Sealing;

/// <summary>
/// One look at the cache, a reading of the database if it needs one, and all in this process that wait for it.
/// </summary>
internal sealed class ReadFlight : IDisposable
{
    private readonly TaskCompletionSource<SealedEntry> _entry =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource<CacheLookup> _found =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _stop = new();

    /// <summary>What the cache said.</summary>
    public Task<CacheLookup> Found => _found.Task;

    public Task<SealedEntry> Entry => _entry.Task;

    /// <summary>How many wait.</summary>
    public int Waiting { get; set; }

    public void Tell(CacheLookup found) => _found.TrySetResult(found);

    /// <summary>The last caller has left: what still reads, stops.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>Reads, and lets all know.</summary>
    /// <param name="read">The reading.</param>
    /// <param name="end">Called when it has ended, before any that waits goes on.</param>
    public async Task RunAsync(Func<CancellationToken, Task<SealedEntry>> read, Action end)
    {
        try
        {
            SealedEntry entry = await read(_stop.Token).ConfigureAwait(false);
            end();
            _entry.SetResult(entry);
        }
#pragma warning disable CA1031 // Whatever the application's read throws, its callers get.
        catch (Exception e)
        {
            end();
            _found.TrySetException(e);
            _entry.SetException(e);
            _ = (_found.Task.Exception, _entry.Task.Exception);
        }
#pragma warning restore CA1031
    }
}
