using System.Globalization;

namespace BftCloud.Primitives;

/// <summary>An address as configuration has it: <c>host:port</c>, an IPv6 host in square brackets.</summary>
/// <param name="Host">A name or an IP address, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal readonly record struct HostPort(string Host, int Port)
{
    public static bool TryParse(string text, out HostPort address)
    {
        address = default;
        int colon = text.LastIndexOf(':');
        if (colon < 1
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is < 1 or > 65535)
            return false;
        string host = text[..colon];
        if (host[0] == '[' && host[^1] == ']' && host.Length > 2) host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal)) return false;
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) return false;
        address = new HostPort(host, port);
        return true;
    }

    public static HostPort Parse(string text) =>
        TryParse(text, out HostPort address)
            ? address
            : throw new FormatException($"\"{text}\" is not host:port, for example 127.0.0.1:7000 or [::1]:7000.");

    public override string ToString() =>
        (Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:" : $"{Host}:")
        + Port.ToString(CultureInfo.InvariantCulture);
}
