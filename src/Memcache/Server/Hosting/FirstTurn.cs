using BftCloud.Links;

namespace Memcache.Server.Hosting;

/// <summary>
/// What follows it runs on a reactor's thread. From there on, what is awaited of the reactor's sockets goes on there.
/// Work that begins on another thread may stay there: what it awaits can be ready before it waits.
/// </summary>
internal sealed class FirstTurn : IReactorTurn
{
    private readonly TaskCompletionSource _began = new();

    public Task Began => _began.Task;

    /// <summary>What waits goes on within this call.</summary>
    public void TakeTurn() => _began.SetResult();
}
