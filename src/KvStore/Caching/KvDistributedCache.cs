using System.Buffers.Binary;
using Microsoft.Extensions.Caching.Distributed;

namespace KvStore;

/// <summary>
/// The cache of ASP.NET Core applications, kept in the replicated store. Expiry goes by agreed time. Every value begins
/// with 16 bytes that say how it expires: its sliding window and the latest time, both in microseconds, 0 for none.
/// </summary>
/// <param name="client">The store, which stays the caller's to dispose of.</param>
/// <param name="options">Where in the store the cache is.</param>
/// <param name="clock">Resolves absolute times; the machine's clock by default.</param>
public sealed class KvDistributedCache(
    KvClient client, KvDistributedCacheOptions? options = null, TimeProvider? clock = null) : IDistributedCache
{
    private const int HeaderBytes = 2 * sizeof(long);

    private readonly string _prefix = (options ?? new KvDistributedCacheOptions()).KeyPrefix;
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        KvBytes name = NameOf(key);
        if (await client.GetAsync(name, token).ConfigureAwait(false) is not { } held || !IsEntry(held.Span))
            return null;
        await SlideAsync(name, held, token).ConfigureAwait(false);
        return held[HeaderBytes..].ToArray();
    }

    /// <inheritdoc/>
    public async Task RefreshAsync(string key, CancellationToken token = default)
    {
        KvBytes name = NameOf(key);
        if (await client.GetAsync(name, token).ConfigureAwait(false) is { } held && IsEntry(held.Span))
            await SlideAsync(name, held, token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task SetAsync(
        string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(options);
        DateTimeOffset now = _clock.GetUtcNow();
        DateTimeOffset? latest = options.AbsoluteExpirationRelativeToNow is { } relative
            ? now + relative
            : options.AbsoluteExpiration;
        if (latest <= now)
            throw new ArgumentOutOfRangeException(
                nameof(options), latest, "The absolute expiration must be in the future.");
        byte[] held = new byte[HeaderBytes + value.Length];
        BinaryPrimitives.WriteInt64BigEndian(held, options.SlidingExpiration is { } sliding ? MicrosOf(sliding) : 0);
        BinaryPrimitives.WriteInt64BigEndian(
            held.AsSpan(sizeof(long)), latest is { } time ? MicrosOf(time - DateTimeOffset.UnixEpoch) : 0);
        value.CopyTo(held.AsSpan(HeaderBytes));
        await client.PutAsync(
            NameOf(key), held, new KvPutOptions { TimeToLive = TimeToLive(held) }, token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string key, CancellationToken token = default) =>
        await client.DeleteAsync(NameOf(key), token).ConfigureAwait(false);

    /// <inheritdoc/>
    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Refresh(string key) => RefreshAsync(key).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
        SetAsync(key, value, options).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Remove(string key) => RemoveAsync(key).GetAwaiter().GetResult();

    private KvBytes NameOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _prefix + key;
    }

    private async Task SlideAsync(KvBytes name, ReadOnlyMemory<byte> held, CancellationToken token)
    {
        if (BinaryPrimitives.ReadInt64BigEndian(held.Span) > 0 && TimeToLive(held.Span) is { } timeToLive)
            await client.ExpireAsync(name, timeToLive, token).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether a cache may have put this there; what others keep under the same name is as good as nothing.
    /// </summary>
    private bool IsEntry(ReadOnlySpan<byte> held)
    {
        if (held.Length < HeaderBytes) return false;
        long sliding = BinaryPrimitives.ReadInt64BigEndian(held), latest = BinaryPrimitives.ReadInt64BigEndian(
            held[sizeof(long)..]);
        long longest = KvLimits.ExpiryMicrosMax - MicrosOf(_clock.GetUtcNow() - DateTimeOffset.UnixEpoch);
        return sliding >= 0
            && latest is >= 0 and <= KvLimits.ExpiryMicrosMax
            && (sliding <= longest || (latest > 0 && sliding <= MicrosOf(TimeSpan.MaxValue)));
    }

    /// <summary>How long from now the entry lives: its sliding window, but not beyond its latest time.</summary>
    private TimeSpan? TimeToLive(ReadOnlySpan<byte> held)
    {
        long sliding = BinaryPrimitives.ReadInt64BigEndian(held), latest = BinaryPrimitives.ReadInt64BigEndian(
            held[sizeof(long)..]);
        if (sliding <= 0 && latest <= 0) return null;
        long left = latest <= 0
            ? long.MaxValue
            : Math.Max(1, latest - MicrosOf(_clock.GetUtcNow() - DateTimeOffset.UnixEpoch));
        return TimeSpan.FromMicroseconds(sliding <= 0 ? left : Math.Min(sliding, left));
    }

    private static long MicrosOf(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
