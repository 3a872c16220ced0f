using Memcache.Client.Protocol;
using Memcache.Client.Sealing;

namespace Memcache.Client;

/// <summary>
/// A cache in front of a database whose servers need not be trusted. Values are sealed under the application's key, and
/// bound to their cache key, to the snapshot that they were read at, and to a time. A server that lies, replays or
/// confuses can only forget, or give what was true within the age limit. It learns neither keys nor values; it learns
/// their lengths, and which are used together. Safe for any number of threads.
/// </summary>
public sealed class SealedCache
{
    private static readonly TimeSpan s_pollTime = TimeSpan.FromMilliseconds(20);

    private readonly MemcacheClient _client;
    private readonly SealedCacheOptions _options;
    private readonly Seal _seal;
    private readonly long _leaseSeconds, _staleSeconds;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ReadFlight> _flights = [];

    /// <summary>A cache whose users share a key.</summary>
    /// <param name="client">The servers, which stay the caller's to dispose of.</param>
    /// <param name="key">The application's secret: at least 32 random bytes, the same for all users of the
    /// cache.</param>
    /// <param name="options">How values are kept.</param>
    /// <exception cref="ArgumentException">The key is too short, or an option out of its bounds.</exception>
    public SealedCache(MemcacheClient client, ReadOnlySpan<byte> key, SealedCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _options) = (client, options ?? new SealedCacheOptions());
        _options.Check();
        _seal = new Seal(key, _options.Space);
        _leaseSeconds = (long)Math.Ceiling(_options.LeaseTime.TotalSeconds);
        _staleSeconds = (long)Math.Ceiling(_options.StaleFor.TotalSeconds);
    }

    /// <summary>
    /// The value of a key: from the cache, or read from the database and then put there. Of many readers that miss at a
    /// time, one reads; its failure is theirs, too.
    /// </summary>
    /// <param name="key">Any text.</param>
    /// <param name="maxAge">How long ago the value may have been read, above zero. With
    /// <see cref="SealedCacheOptions.StaleFor"/>, while it is renewed, so much longer.</param>
    /// <param name="read">Reads the database. Its token is cancelled when no caller waits any more.</param>
    /// <param name="atLeast">The least snapshot that will do: that of the caller's last write or read, so that it never
    /// sees itself go back.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="InvalidOperationException">The database gave an older snapshot than
    /// <paramref name="atLeast"/>.</exception>
    public async Task<SealedValue> GetOrReadAsync(
        string key, TimeSpan maxAge, Func<CancellationToken, Task<SealedValue>> read, long atLeast = 0,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxAge, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxAge, TimeSpan.FromDays(365));
        ValueWish wish = new(key, _seal.NameOf(key), maxAge, atLeast, _options);
        while (true)
        {
            bool isMine = TryBegin(wish.Name, out ReadFlight flight);
            if (isMine)
                _ = flight.RunAsync(
                    token => ObtainAsync(wish, flight, read, token), () => Forget(wish.Name, flight));
            try
            {
                CacheLookup found = await flight.Found.WaitAsync(cancellationToken).ConfigureAwait(false);
                bool renews = isMine && found.HasWon;
                if (!renews && wish.Takes(found.Entry, Now)) return Hit(found.Entry!, isStale: false);
                if (!renews && (!isMine || found.IsTaken) && wish.TakesStale(found.Entry, Now))
                    return Hit(found.Entry!, isStale: true);
                SealedEntry entry = await flight.Entry.WaitAsync(cancellationToken).ConfigureAwait(false);
                // What another began may be older than this caller's last write.
                if (isMine || wish.Takes(entry, Now)) return wish.Checked(entry);
            }
            finally
            {
                Leave(wish.Name, flight);
            }
        }
    }

    /// <summary>
    /// Forgets a key, after a change of it was committed. Readers that began before do not put the old value back.
    /// </summary>
    /// <returns>False: the cache did not confirm it. It may give the old value until that is too old, though never to a
    /// reader with <c>atLeast</c>.</returns>
    public async Task<bool> InvalidateAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        string name = _seal.NameOf(key);
        lock (_gate) _flights.Remove(name);
        try
        {
            await _client.CallAsync(name, Request.Delete(name), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MemcacheException)
        {
            SealedCacheMeter.Failures.Add(1);
            return false;
        }
    }

    private DateTimeOffset Now => _options.TimeProvider.GetUtcNow();

    private static SealedValue Hit(SealedEntry entry, bool isStale)
    {
        SealedCacheMeter.Hits.Add(1);
        if (isStale) SealedCacheMeter.Stale.Add(1);
        return entry.Content;
    }

    /// <summary>
    /// Asks the cache. Waits for a reader of another process, if the cache says that there is one, but not long. Then
    /// reads.
    /// </summary>
    private async Task<SealedEntry> ObtainAsync(
        ValueWish wish, ReadFlight flight, Func<CancellationToken, Task<SealedValue>> read,
        CancellationToken cancellationToken)
    {
        long start = _options.TimeProvider.GetTimestamp();
        CacheLookup found = await LookUpAsync(wish, cancellationToken).ConfigureAwait(false);
        flight.Tell(found);
        while (true)
        {
            if (wish.Takes(found.Entry, Now) && !found.HasWon) return found.Entry!;
            if (!found.IsTaken || found.HasWon
                || _options.TimeProvider.GetElapsedTime(start) >= _options.LeaseTime) break;
            await Task.Delay(s_pollTime, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            found = await LookUpAsync(wish, cancellationToken).ConfigureAwait(false);
        }
        try
        {
            DateTimeOffset readAt = Now;
            SealedCacheMeter.Reads.Add(1);
            SealedValue content = await read(cancellationToken).ConfigureAwait(false);
            ArgumentOutOfRangeException.ThrowIfNegative(content.Snapshot);
            SealedEntry entry = new(content, readAt, readAt + wish.MaxAge);
            if (found.Cas is { } cas) await StoreAsync(wish, entry, cas, cancellationToken).ConfigureAwait(false);
            return entry;
        }
        catch when (found is { HasWon: true, Cas: not null })
        {
            await GiveBackAsync(wish.Name, found.Cas.Value).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Lets another reader renew a key, which this one was to renew and cannot: the others need not wait for the lease
    /// to end. Does nothing if the key was changed or forgotten since it was looked up.
    /// </summary>
    private async Task GiveBackAsync(string name, ulong cas)
    {
        try
        {
            await _client.CallAsync(name, Request.Invalidate(name, cas), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MemcacheException or ObjectDisposedException)
        {
            SealedCacheMeter.Failures.Add(1);
        }
    }

    private async Task<CacheLookup> LookUpAsync(ValueWish wish, CancellationToken cancellationToken)
    {
        try
        {
            Reply reply = await _client.CallAsync(
                wish.Name, Request.Get(wish.Name, _leaseSeconds, _staleSeconds), cancellationToken)
                .ConfigureAwait(false);
            SealedEntry? entry = null;
            if (reply.Value is { Length: > 0 } value && !_seal.TryOpen(wish.Key, value.Span, out entry))
            {
                SealedCacheMeter.Forged.Add(1);
                entry = null;
            }
            return new CacheLookup(entry, reply.Head.Cas, reply.Head.HasWon, reply.Head.IsTaken);
        }
        catch (MemcacheException)
        {
            SealedCacheMeter.Failures.Add(1);
            return new CacheLookup(null, null, HasWon: false, IsTaken: false);
        }
    }

    /// <summary>Stores what was read, unless the key was changed or forgotten since it was looked up.</summary>
    private async Task StoreAsync(
        ValueWish wish, SealedEntry entry, ulong cas, CancellationToken cancellationToken)
    {
        TimeSpan life = TimeSpan.FromSeconds(Math.Max(1, Math.Floor((wish.MaxAge + _options.StaleFor).TotalSeconds)));
        try
        {
            await _client.CallAsync(
                wish.Name,
                Request.Set(wish.Name, _seal.Close(wish.Key, entry), 'S', 0, Request.ExpiryOf(life, Now), cas),
                cancellationToken).ConfigureAwait(false);
        }
        catch (MemcacheException)
        {
            SealedCacheMeter.Failures.Add(1);
        }
    }

    /// <summary>Joins the reading of a name, or begins one. True: it is this caller's.</summary>
    private bool TryBegin(string name, out ReadFlight flight)
    {
        lock (_gate)
        {
            bool isMine = !_flights.TryGetValue(name, out flight!);
            if (isMine) _flights[name] = flight = new ReadFlight();
            flight.Waiting++;
            return isMine;
        }
    }

    private void Leave(string name, ReadFlight flight)
    {
        bool isLast;
        lock (_gate)
        {
            isLast = --flight.Waiting == 0;
            if (isLast && _flights.GetValueOrDefault(name) == flight) _flights.Remove(name);
        }
        if (isLast) flight.Dispose();
    }

    private void Forget(string name, ReadFlight flight)
    {
        lock (_gate)
        {
            if (_flights.GetValueOrDefault(name) == flight) _flights.Remove(name);
        }
    }
}
