using BftCloud.Links;

namespace Memcache.Server.Hosting;

/// <summary>
/// Closes a connection on its loop's thread. A socket that another thread closes while the loop reads it is reset; its
/// client is to see an end.
/// </summary>
internal sealed class LastTurn(CacheConnection connection) : IReactorTurn
{
    public void TakeTurn() => connection.Dispose();
}
