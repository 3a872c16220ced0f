namespace BftSmr.Hosting;

/// <summary>
/// Work that the loop hands to the thread pool: one piece at a time, in the order in which it was added. Belongs to the
/// loop; only the work itself runs elsewhere.
/// </summary>
/// <param name="run">Runs a piece, and passes on its failure.</param>
/// <param name="waitingMax">Pieces added and not yet done; adding one more waits until one is.</param>
internal sealed class BackgroundWork(Action<Action> run, int waitingMax = int.MaxValue) : IDisposable
{
    private readonly SemaphoreSlim _room = new(waitingMax);

    /// <summary>Completes when everything added so far is done.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    /// <summary>Adds a piece, which begins after those before it.</summary>
    public void Add(Action work)
    {
        _room.Wait();
        Done = RunAfterAsync(Done, work);
    }

    /// <summary>Adds a piece that also begins after everything added to another queue so far.</summary>
    public void AddAfter(BackgroundWork other, Action work)
    {
        Done = Task.WhenAll(Done, other.Done);
        Add(work);
    }

    public void Dispose() => _room.Dispose();

    private async Task RunAfterAsync(Task previous, Action work)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            run(work);
        }
        finally
        {
            _room.Release();
        }
    }
}
