using Memcache.Server.Protocol;
using Memcache.Server.Store;

namespace Memcache.Server.Hosting;

/// <summary>
/// The store, for one loop at a time. A step holds it for as long as its input and the room for its replies last, some
/// microseconds; sockets, encryption and users' own waiting are outside.
/// </summary>
internal sealed class SharedStore : IDisposable
{
    /// <summary>All of the memory is looked through in about so many seconds.</summary>
    private const int CrawlSeconds = 64;

    private readonly Lock _gate = new();
    private readonly CacheStore _store;
    private readonly TimeProvider _clock;
    private readonly long _startSeconds, _start;
    private uint _now;

    public SharedStore(StoreOptions options, TimeProvider clock)
    {
        _store = new CacheStore(options);
        (_clock, _startSeconds, _start) = (clock, clock.GetUtcNow().ToUnixTimeSeconds(), clock.GetTimestamp());
        Tick();
    }

    /// <summary>Looks at the clock. It goes on evenly, even if the machine's is set.</summary>
    public void Tick() =>
        Volatile.Write(ref _now, (uint)(_startSeconds + (long)_clock.GetElapsedTime(_start).TotalSeconds));

    public uint Now => Volatile.Read(ref _now);

    public Session NewSession(IServerFacts facts, UserList? users) =>
        new(_store, facts, users, EventLoop.InputBytes);

    /// <summary>A session's step.</summary>
    public Progress Step(
        Session session, ReadOnlySpan<byte> input, ReplyBuffer output, int commandsMax, out int consumed)
    {
        lock (_gate)
        {
            _store.Now = Now;
            return session.Step(input, output, commandsMax, out consumed);
        }
    }

    /// <summary>The connection of a session has ended.</summary>
    public void End(Session session)
    {
        lock (_gate) session.Abandon();
    }

    /// <summary>Ends some of the items whose time is over.</summary>
    public void Crawl()
    {
        lock (_gate)
        {
            _store.Now = Now;
            _store.Crawl(CrawlSeconds);
        }
    }

    /// <summary>A value of the store's, read in its turn.</summary>
    public T Read<T>(Func<CacheStore, T> read)
    {
        lock (_gate) return read(_store);
    }

    public void Dispose() => _store.Dispose();
}
