using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KvStore.Gateway;

/// <summary>How a <see cref="RespServer"/> serves.</summary>
public sealed record RespServerOptions
{
    /// <summary>
    /// Where it listens. Port 0: a free port, told by <see cref="RespServer.EndPoint"/>. The protocol is not encrypted:
    /// beyond this machine, put it behind a tunnel.
    /// </summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 6390);

    /// <summary>What clients must say by AUTH or HELLO before anything else. Null: nothing.</summary>
    public string? Password { get; init; }

    /// <summary>The most connections at a time; one more is told so and closed.</summary>
    public int ClientsMax { get; init; } = 10_000;

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
        if (Password is { Length: 0 })
            throw new ArgumentException(
                "An empty password protects nothing. Give one, or null to ask for none.", nameof(Password));
    }
}
