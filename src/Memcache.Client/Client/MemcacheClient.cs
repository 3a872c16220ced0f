using System.Buffers.Text;
using Memcache.Client.Protocol;
using Memcache.Client.Servers;

namespace Memcache.Client;

/// <summary>
/// A client of one or more servers of memcached's protocol, 1.6 or later. Each key belongs to one server, by consistent
/// hashing. A server that cannot be reached has no deputy: a deputy's values would be old when it is back. Safe for any
/// number of threads. Keys have 1 to 250 bytes of UTF-8, without spaces and control characters. Besides
/// <see cref="MemcacheException"/>, calls throw <see cref="ArgumentException"/> for keys that are none.
/// </summary>
public sealed class MemcacheClient : IAsyncDisposable
{
    private readonly ServerLink[] _links;
    private readonly ServerRing? _ring;
    private readonly TimeProvider _clock;

    /// <summary>A client, which connects when it is first used.</summary>
    /// <param name="options">Which servers; by default the one at 127.0.0.1:11211.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds, or no address.</exception>
    public MemcacheClient(MemcacheClientOptions? options = null)
    {
        options ??= new MemcacheClientOptions();
        options.Check();
        Servers = [.. options.Servers];
        _links = [.. Servers.Select(name => new ServerLink(ServerAddress.Of(name), options))];
        _ring = _links.Length > 1 ? new ServerRing(Servers) : null;
        _clock = options.TimeProvider;
    }

    /// <summary>The servers, as the options name them.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>What is under a key; null: nothing.</summary>
    /// <exception cref="MemcacheException">There is no answer.</exception>
    public async Task<MemcacheItem?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        Reply reply = await CallAsync(
            KeyText.Checked(key), Request.Get(key), cancellationToken).ConfigureAwait(false);
        return reply.Value is { } value ? new MemcacheItem(value, reply.Head.ClientFlags, reply.Head.Cas) : null;
    }

    /// <summary>What is under several keys, by key; those without a value are left out.</summary>
    /// <exception cref="MemcacheException">There is no answer about one of them.</exception>
    public async Task<IReadOnlyDictionary<string, MemcacheItem>> GetManyAsync(
        IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        (string Key, Task<MemcacheItem?> Item)[] calls =
            [.. keys.Distinct().Select(key => (key, GetAsync(key, cancellationToken)))];
        await Task.WhenAll(calls.Select(static call => call.Item)).ConfigureAwait(false);
        Dictionary<string, MemcacheItem> found = new(calls.Length);
        foreach ((string key, Task<MemcacheItem?> item) in calls)
        {
            if (await item.ConfigureAwait(false) is { } held) found.Add(key, held);
        }
        return found;
    }

    /// <summary>Stores a value.</summary>
    /// <exception cref="MemcacheException">There is no answer, or the server has no room.</exception>
    public async Task<MemcacheStoreResult> SetAsync(
        string key, ReadOnlyMemory<byte> value, MemcacheStoreOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new MemcacheStoreOptions();
        if (options.TimeToLive <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(
                nameof(options), options.TimeToLive, "A time to live is above zero, or null for no end.");
        char mode = options.Mode switch
        {
            MemcacheStoreMode.Add => 'E',
            MemcacheStoreMode.Replace => 'R',
            MemcacheStoreMode.Append => 'A',
            MemcacheStoreMode.Prepend => 'P',
            _ => 'S',
        };
        Request request = Request.Set(
            KeyText.Checked(key), value, mode, options.Flags, Request.ExpiryOf(options.TimeToLive, _clock.GetUtcNow()),
            options.Compare);
        Reply reply = await CallAsync(key, request, cancellationToken).ConfigureAwait(false);
        return reply.Kind switch
        {
            ReplyKind.Done => MemcacheStoreResult.Stored,
            ReplyKind.Exists => MemcacheStoreResult.Exists,
            ReplyKind.NotFound => MemcacheStoreResult.NotFound,
            _ => MemcacheStoreResult.NotStored,
        };
    }

    /// <summary>Deletes a key. False: it had no value.</summary>
    /// <exception cref="MemcacheException">There is no answer.</exception>
    public async Task<bool> DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        (await CallAsync(KeyText.Checked(key), Request.Delete(key), cancellationToken).ConfigureAwait(false)).Kind
            == ReplyKind.Done;

    /// <summary>Lets a value live so long from now. False: the key has none.</summary>
    /// <exception cref="MemcacheException">There is no answer.</exception>
    public async Task<bool> TouchAsync(
        string key, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        Request request = Request.Touch(KeyText.Checked(key), Request.ExpiryOf(timeToLive, _clock.GetUtcNow()));
        return (await CallAsync(key, request, cancellationToken).ConfigureAwait(false)).Kind == ReplyKind.Done;
    }

    /// <summary>
    /// Adds to a number of decimal digits, or takes from it; it ends at 0, and goes on at 0 above 2^64 - 1.
    /// </summary>
    /// <returns>The sum; null: the key has no value.</returns>
    /// <exception cref="MemcacheException">There is no answer, or the value is no number.</exception>
    public async Task<ulong?> IncrementAsync(string key, long delta = 1, CancellationToken cancellationToken = default)
    {
        Reply reply = await CallAsync(
            KeyText.Checked(key), Request.Add(key, delta), cancellationToken).ConfigureAwait(false);
        if (reply.Value is not { } digits) return null;
        return Utf8Parser.TryParse(digits.Span, out ulong sum, out int taken) && taken == digits.Length
            ? sum
            : throw new MemcacheException(
                MemcacheErrorCode.Malformed, "The cache server's answer to an increment is no number.");
    }

    /// <summary>Forgets everything on all servers.</summary>
    /// <exception cref="MemcacheException">A server does not answer.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default) =>
        Task.WhenAll(_links.Select(link => link.CallAsync(Request.Flush(), cancellationToken)));

    /// <summary>A server's statistics: names and values, in its order.</summary>
    /// <param name="server">One of <see cref="Servers"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MemcacheException">There is no answer.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> GetStatisticsAsync(
        string server, CancellationToken cancellationToken = default)
    {
        Reply reply = await LinkOf(server).CallAsync(Request.Statistics(), cancellationToken).ConfigureAwait(false);
        return
        [
            .. reply.Lines.Select(static line => line.Split(' ', 2)).Select(
                static parts => KeyValuePair.Create(parts[0], parts.Length > 1 ? parts[1] : "")),
        ];
    }

    /// <summary>Awaits a server's answer to a command that does nothing.</summary>
    /// <param name="server">One of <see cref="Servers"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MemcacheException">There is no answer.</exception>
    public Task PingAsync(string server, CancellationToken cancellationToken = default) =>
        LinkOf(server).CallAsync(Request.NoOperation(), cancellationToken);

    /// <summary>Ends all connections. Calls under way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (ServerLink link in _links) await link.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Calls the server that has a key.</summary>
    internal Task<Reply> CallAsync(string key, Request request, CancellationToken cancellationToken) =>
        _links[_ring?.ServerOf(key) ?? 0].CallAsync(request, cancellationToken);

    private ServerLink LinkOf(string server) =>
        _links.FirstOrDefault(link => link.Name == server)
        ?? throw new ArgumentException($"'{server}' is none of this client's servers.", nameof(server));
}
