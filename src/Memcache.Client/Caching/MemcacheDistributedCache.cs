using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Memcache.Client.Protocol;
using Microsoft.Extensions.Caching.Distributed;

namespace Memcache.Client;

/// <summary>
/// The cache of ASP.NET Core applications, kept in servers of memcached's protocol. Every value begins with 16 bytes
/// that say how it expires: its sliding window and the latest time, both in milliseconds, 0 for none. A server that
/// does not answer fails the call with <see cref="MemcacheException"/>.
/// </summary>
public sealed class MemcacheDistributedCache : IDistributedCache
{
    private const int HeaderBytes = 2 * sizeof(long);
    private const int PrefixBytesMax = 100;
    private const char Hashed = '#';

    private static readonly long s_timeMax = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly MemcacheClient _client;
    private readonly string _prefix;
    private readonly TimeProvider _clock;

    /// <param name="client">The servers, which stay the caller's to dispose of.</param>
    /// <param name="options">Where among the keys the cache is.</param>
    /// <param name="clock">Resolves absolute times; the machine's clock by default.</param>
    /// <exception cref="ArgumentException">The prefix is no beginning of a key.</exception>
    public MemcacheDistributedCache(
        MemcacheClient client, MemcacheDistributedCacheOptions? options = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _clock) = (client, clock ?? TimeProvider.System);
        _prefix = (options ?? new MemcacheDistributedCacheOptions()).KeyPrefix;
        if (_prefix.Length > 0 && (!KeyText.IsValid(_prefix) || Encoding.UTF8.GetByteCount(_prefix) > PrefixBytesMax))
            throw new ArgumentException(
                $"A prefix has at most {PrefixBytesMax} bytes, without spaces and control characters.",
                nameof(options));
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        string name = NameOf(key);
        if (await _client.GetAsync(name, token).ConfigureAwait(false) is not { } held || !IsEntry(held.Value.Span))
            return null;
        await SlideAsync(name, held.Value, token).ConfigureAwait(false);
        return held.Value[HeaderBytes..].ToArray();
    }

    /// <inheritdoc/>
    public async Task RefreshAsync(string key, CancellationToken token = default)
    {
        string name = NameOf(key);
        if (await _client.GetAsync(name, token).ConfigureAwait(false) is { } held && IsEntry(held.Value.Span))
            await SlideAsync(name, held.Value, token).ConfigureAwait(false);
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
        BinaryPrimitives.WriteInt64BigEndian(held, (long)(options.SlidingExpiration?.TotalMilliseconds ?? 0));
        BinaryPrimitives.WriteInt64BigEndian(held.AsSpan(sizeof(long)), latest?.ToUnixTimeMilliseconds() ?? 0);
        value.CopyTo(held.AsSpan(HeaderBytes));
        await _client.SetAsync(
            NameOf(key), held, new MemcacheStoreOptions { TimeToLive = TimeToLive(held) }, token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string key, CancellationToken token = default) => _client.DeleteAsync(NameOf(key), token);

    /// <inheritdoc/>
    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Refresh(string key) => RefreshAsync(key).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
        SetAsync(key, value, options).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Remove(string key) => RemoveAsync(key).GetAwaiter().GetResult();

    /// <summary>
    /// An application's key may have any length and characters. Where the protocol's may not, it is hashed.
    /// </summary>
    private string NameOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        string name = _prefix + key;
        return KeyText.IsValid(name) && !key.StartsWith(Hashed)
            ? name
            : _prefix + Hashed + Base64Url.EncodeToString(SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan())));
    }

    private async Task SlideAsync(string name, ReadOnlyMemory<byte> held, CancellationToken token)
    {
        if (BinaryPrimitives.ReadInt64BigEndian(held.Span) > 0 && TimeToLive(held.Span) is { } timeToLive)
            await _client.TouchAsync(name, timeToLive, token).ConfigureAwait(false);
    }

    /// <summary>Whether a cache may have put this there, and its time is not over.</summary>
    private bool IsEntry(ReadOnlySpan<byte> held)
    {
        if (held.Length < HeaderBytes) return false;
        long sliding = BinaryPrimitives.ReadInt64BigEndian(held), latest = BinaryPrimitives.ReadInt64BigEndian(
            held[sizeof(long)..]);
        return sliding >= 0 && sliding <= (long)TimeSpan.MaxValue.TotalMilliseconds && latest >= 0
            && latest <= s_timeMax && (latest == 0 || latest > _clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>How long from now the entry lives: its sliding window, but not beyond its latest time.</summary>
    private TimeSpan? TimeToLive(ReadOnlySpan<byte> held)
    {
        long sliding = BinaryPrimitives.ReadInt64BigEndian(held), latest = BinaryPrimitives.ReadInt64BigEndian(
            held[sizeof(long)..]);
        if (sliding <= 0 && latest <= 0) return null;
        long left = latest <= 0
            ? long.MaxValue
            : Math.Max(1, latest - _clock.GetUtcNow().ToUnixTimeMilliseconds());
        return TimeSpan.FromMilliseconds(sliding <= 0 ? left : Math.Min(sliding, left));
    }
}
