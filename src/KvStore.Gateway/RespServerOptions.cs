using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Gateway;

/// <summary>How a <see cref="RespServer"/> serves.</summary>
public sealed record RespServerOptions
{
    /// <summary>The smallest <see cref="ReplyBytesKeptMax"/>: a few of the longest replies.</summary>
    internal const long ReplyBytesKeptMin = 8L << 20;

    /// <summary>
    /// Where it listens. Port 0: a free port, told by <see cref="RespServer.EndPoint"/>. The protocol is not encrypted:
    /// beyond this machine, put it behind a tunnel.
    /// </summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 6390);

    /// <summary>What clients must say by AUTH or HELLO before anything else. Null: nothing.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// Lets the server listen beyond this machine without a password: every client that reaches the address can then
    /// read and change the store.
    /// </summary>
    public bool Unprotected { get; init; }

    /// <summary>
    /// The most connections at a time; one more is told so and closed. Fewer if this process may not open so many
    /// files.
    /// </summary>
    public int ClientsMax { get; init; } = 10_000;

    /// <summary>
    /// The most bytes of replies that are kept while clients do not read, over all connections. A connection may hold
    /// as much as is still free. One that would hold more is closed.
    /// </summary>
    public long ReplyBytesKeptMax { get; init; } = 1L << 30;

    /// <summary>
    /// The most ordered operations, and the most reads, that are under way in the cluster at a time. Commands that come
    /// meanwhile share the next.
    /// </summary>
    public int OperationsUnderWayMax { get; init; } = 16;

    /// <summary>Where log messages go; nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>
    /// The clock that tells when a read has to look whether keys have expired; the machine's by default.
    /// </summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Listen, nameof(Listen));
        ArgumentOutOfRangeException.ThrowIfLessThan(ClientsMax, 1, nameof(ClientsMax));
        ArgumentOutOfRangeException.ThrowIfLessThan(OperationsUnderWayMax, 1, nameof(OperationsUnderWayMax));
        ArgumentOutOfRangeException.ThrowIfLessThan(ReplyBytesKeptMax, ReplyBytesKeptMin, nameof(ReplyBytesKeptMax));
        if (Password is null && !Unprotected && !IPAddress.IsLoopback(Listen.Address))
            throw new ArgumentException(
                $"Every client that reaches {Listen} could read and change the store. Set a password, listen on this "
                + "machine alone (127.0.0.1), or accept it by the option Unprotected.",
                nameof(Listen));
        if (Password is { Length: 0 })
            throw new ArgumentException(
                "An empty password protects nothing. Give one, or null to ask for none.", nameof(Password));
    }
}
