using System.Net.Security;

namespace Memcache.Client;

/// <summary>Which servers a client uses, and what it takes from them.</summary>
public sealed record MemcacheClientOptions
{
    /// <summary>
    /// The servers: HOST:PORT, or the path of a Unix socket, which begins with '/'. All clients that share a cache need
    /// the same names; their order does not matter.
    /// </summary>
    public IReadOnlyList<string> Servers { get; init; } = ["127.0.0.1:11211"];

    /// <summary>The longest that a call takes, with connecting.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest that a server which cannot be reached is left alone. Calls to it fail at once meanwhile. It begins
    /// with 100 ms, and doubles each time.
    /// </summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest value that is taken from a server, bytes.</summary>
    public int ValueBytesMax { get; init; } = 1 << 20;

    /// <summary>The most calls that wait for a server.</summary>
    public int CallsMax { get; init; } = 4096;

    /// <summary>The user to name to the servers, if they ask for one.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>
    /// Connects by TLS, as these say; null: without. Without a target host, the name in front of the port is it.
    /// </summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>The clock of timeouts.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>All but the password.</summary>
    public override string ToString() =>
        $"{nameof(MemcacheClientOptions)} {{ Servers = {string.Join(", ", Servers)} }}";

    /// <exception cref="ArgumentException">An option is out of its bounds.</exception>
    internal void Check()
    {
        if (Servers.Count == 0 || Servers.Distinct().Count() != Servers.Count)
            throw new ArgumentException("Name one or more servers, each once.", nameof(Servers));
        if (Timeout <= TimeSpan.Zero || BackOffMax <= TimeSpan.Zero)
            throw new ArgumentException("Timeouts must be above zero.", nameof(Timeout));
        if (ValueBytesMax is < 1 or > 1 << 30)
            throw new ArgumentException("The longest value has 1 byte to 1 GiB.", nameof(ValueBytesMax));
        if (CallsMax < 1) throw new ArgumentException("At least one call must be able to wait.", nameof(CallsMax));
        if (User is null != Password is null)
            throw new ArgumentException("Name both a user and its password, or neither.", nameof(User));
    }
}
