using System.Collections.Concurrent;

namespace DepSky.Client;

/// <summary>
/// Requests that no operation waits for any more. They may go on for a little: a cloud that is merely slower than its
/// quorum gets its records too.
/// </summary>
internal sealed class Stragglers(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastGrace = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Task, CancellationTokenSource> _tasks = new();
    private readonly CancellationTokenSource _end = new();

    public void Add(Task task, CancellationTokenSource cancellation)
    {
        _tasks.TryAdd(task, cancellation);
        _ = WaitAsync(task, cancellation);
    }

    /// <summary>Collects garbage. If it fails, that is no harm: the next write tries again.</summary>
    public void AddCollection(Func<CancellationToken, Task> collect)
    {
        CancellationTokenSource cancellation = new();
        Add(Task.Run(async () =>
        {
            try
            {
                await collect(cancellation.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is DepSkyException or OperationCanceledException)
            {
            }
        }), cancellation);
    }

    private async Task WaitAsync(Task task, CancellationTokenSource cancellation)
    {
        await Task.WhenAny(task, Task.Delay(Grace, time, _end.Token)).ConfigureAwait(false);
        await cancellation.CancelAsync().ConfigureAwait(false);
        await task.ConfigureAwait(false);
        _tasks.TryRemove(task, out _);
    }

    /// <summary>Waits until all have ended, for no longer than the grace.</summary>
    public async Task DrainAsync() => await Task.WhenAll(_tasks.Keys).ConfigureAwait(false);

    /// <summary>
    /// Waits a moment for them: most clouds are only a little slower than the quickest. Then gives up.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(DrainAsync(), Task.Delay(LastGrace)).ConfigureAwait(false);
        await _end.CancelAsync().ConfigureAwait(false);
        await DrainAsync().ConfigureAwait(false);
        _end.Dispose();
    }
}
