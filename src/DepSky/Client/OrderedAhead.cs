using System.Runtime.CompilerServices;

namespace DepSky.Client;

/// <summary>Works on several items at a time, and hands out the results in the items' order.</summary>
internal static class OrderedAhead
{
    /// <param name="items">The items; as many are taken as are worked on.</param>
    /// <param name="ahead">How many are worked on at a time.</param>
    /// <param name="work">What is done with each.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<TResult> RunAsync<T, TResult>(
        IAsyncEnumerable<T> items, int ahead, Func<T, CancellationToken, Task<TResult>> work,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<TResult>> running = new();
        IAsyncEnumerator<T> source = items.GetAsyncEnumerator(end.Token);
        Task<bool>? moving = source.MoveNextAsync().AsTask();
        try
        {
            while (moving is not null || running.Count > 0)
            {
                // A result that is there is handed out while the next item is still looked for.
                if (moving is not null && running.Count < ahead
                    && (running.Count == 0 || await IsFirstAsync(moving, running.Peek()).ConfigureAwait(false)))
                {
                    if (!await moving.ConfigureAwait(false))
                    {
                        moving = null;
                        continue;
                    }
                    T item = source.Current;
                    running.Enqueue(Task.Run(() => work(item, end.Token), CancellationToken.None));
                    moving = source.MoveNextAsync().AsTask();
                }
                else yield return await running.Dequeue().ConfigureAwait(false);
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            foreach (Task task in running)
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (moving is not null) await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<bool> IsFirstAsync(Task wanted, Task other) =>
        await Task.WhenAny(wanted, other).ConfigureAwait(false) == wanted;
}
