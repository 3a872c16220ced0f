using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Memcache;

/// <summary>How a <see cref="MemcacheServer"/> serves.</summary>
public sealed record MemcacheServerOptions
{
    private const long MemoryBytesMin = 2L << 20, MemoryBytesMax = 32L << 30;
    private const int ItemBytesMin = 1 << 10, ItemBytesMaxMax = 1 << 30, ThreadsMax = 64;

    /// <summary>
    /// Where it listens. Port 0: a free port, told by <see cref="MemcacheServer.EndPoint"/>. Null with
    /// <see cref="SocketPath"/>.
    /// </summary>
    public IPEndPoint? Listen { get; init; } = new(IPAddress.Loopback, 11211);

    /// <summary>The path of a Unix socket to listen on instead of a port. A socket that is there is replaced.</summary>
    public string? SocketPath { get; init; }

    /// <summary>
    /// All memory for items, with their headers and the hash table, bytes: 2 MiB to 32 GiB. The process needs some
    /// more for itself and its connections.
    /// </summary>
    public long MemoryBytes { get; init; } = 64L << 20;

    /// <summary>The largest item as memcached counts it, bytes: 1 KiB to 1 GiB, at most half of the memory.</summary>
    public int ItemBytesMax { get; init; } = 1 << 20;

    /// <summary>Whether items are evicted to make room. Otherwise what does not fit is refused.</summary>
    public bool Evicts { get; init; } = true;

    /// <summary>Event loops, each with a thread: 1 to 64.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// The most connections at a time; one more is told so and closed. Fewer if this process may not open so many
    /// files.
    /// </summary>
    public int ConnectionsMax { get; init; } = 1024;

    /// <summary>The most commands that a connection executes before others have their turn.</summary>
    public int CommandsPerTurn { get; init; } = 20;

    /// <summary>How long a connection may say nothing; zero: for ever.</summary>
    public TimeSpan IdleTimeout { get; init; }

    /// <summary>
    /// The text of a user file, a line each: <c>user:password</c>; at most 8. One of them has to be named by a first
    /// <c>set</c>. Null: nothing is asked for.
    /// </summary>
    public byte[]? Users { get; init; }

    /// <summary>
    /// The certificate, with its private key, by which connections are encrypted. Null: they are not.
    /// </summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Where log messages go; nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock by which items expire; the machine's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Check()
    {
        Within(MemoryBytes, MemoryBytesMin, MemoryBytesMax, nameof(MemoryBytes));
        Within(ItemBytesMax, ItemBytesMin, ItemBytesMaxMax, nameof(ItemBytesMax));
        Within(Threads, 1, ThreadsMax, nameof(Threads));
        Within(ConnectionsMax, 1, int.MaxValue, nameof(ConnectionsMax));
        Within(CommandsPerTurn, 1, int.MaxValue, nameof(CommandsPerTurn));
        if (ItemBytesMax > MemoryBytes / 2)
            throw new ArgumentException(
                $"An item may have {ItemBytesMax} bytes, which is more than half of the memory, {MemoryBytes}. Allow "
                + "smaller items, or give more memory.");
        if (Listen is null == SocketPath is null)
            throw new ArgumentException("Name an address to listen on, or the path of a Unix socket; one of the two.");
        if (Certificate is { HasPrivateKey: false })
            throw new ArgumentException("The certificate has no private key. Load it with its key.");
    }

    private static void Within(long value, long least, long most, string name)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is from {least} to {most}.");
    }
}
