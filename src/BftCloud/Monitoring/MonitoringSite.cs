using System.Net;

namespace BftCloud.Monitoring;

/// <summary>What a <see cref="MonitoringServer"/> serves.</summary>
internal sealed record MonitoringSite
{
    /// <summary>Makes the page at a path; null where there is none.</summary>
    public required Func<string, CancellationToken, ValueTask<MonitoringPage?>> Open { get; init; }

    /// <summary>Its pages, told where one is asked for that does not exist.</summary>
    public required string Paths { get; init; }

    /// <summary>What the address is for, as errors name it.</summary>
    public required string AddressName { get; init; }

    /// <summary>What to do if the address is taken.</summary>
    public required string Remedy { get; init; }

    /// <summary>
    /// Names under which browsers may ask for it, beside <c>localhost</c> and every IP address. Null: any name. A
    /// hostile page that points a name of its own at this machine is refused by that name.
    /// </summary>
    public IReadOnlyCollection<string>? HostNames { get; init; }

    /// <summary>Further header lines of each answer, each with its line end.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Whether it is served under what a Host header says.</summary>
    public bool IsServedAs(string? host)
    {
        if (HostNames is null) return true;
        if (string.IsNullOrEmpty(host)) return false;
        string name = WithoutPort(host);
        return IPAddress.TryParse(name, out _)
            || name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || HostNames.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private static string WithoutPort(string host)
    {
        int bracket = host.IndexOf(']', StringComparison.Ordinal);
        if (host[0] == '[' && bracket > 0) return host[1..bracket];
        int colon = host.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? host : host[..colon];
    }
}
