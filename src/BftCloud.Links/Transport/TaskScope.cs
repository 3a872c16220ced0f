using System.Runtime.ExceptionServices;

namespace BftCloud.Links;

/// <summary>
/// The loops that belong to one object: its disposal waits for them. An exception that none of them expects is a bug of
/// ours and stops the process, instead of leaving it deaf.
/// </summary>
internal sealed class TaskScope
{
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1;
    private int _ended;

    /// <summary>
    /// Runs the loop now, up to its first wait, on this thread. Does nothing once the scope has ended.
    /// </summary>
    public void Run(Func<Task> loop)
    {
        if (TryEnter()) _ = RunAsync(loop);
    }

    /// <summary>Completes when all loops have; they have been told to by other means. No further ones start.</summary>
    public Task EndAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) Leave();
        return _empty.Task;
    }

    /// <summary>Stops the process if the task fails, or has failed.</summary>
    public static void StopOnFailure(Task task)
    {
        if (!task.IsCompletedSuccessfully) _ = ObserveAsync(task);
    }

    private static async Task ObserveAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Not handled here, but where nothing can: it ends the process with its own stack trace.
        catch (Exception e)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static failure => failure.Throw(), ExceptionDispatchInfo.Capture(e), preferLocal: false);
        }
#pragma warning restore CA1031
    }

    private async Task RunAsync(Func<Task> loop)
    {
        await ObserveAsync(loop()).ConfigureAwait(false);
        Leave();
    }

    private bool TryEnter()
    {
        int running = Volatile.Read(ref _running);
        while (running > 0 && Volatile.Read(ref _ended) == 0)
        {
            int seen = Interlocked.CompareExchange(ref _running, running + 1, running);
            if (seen == running) return true;
            running = seen;
        }
        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0) _empty.TrySetResult();
    }
}
