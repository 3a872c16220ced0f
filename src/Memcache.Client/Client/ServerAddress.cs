using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Memcache.Client;

/// <summary>Where a server is.</summary>
/// <param name="Name">As the application wrote it.</param>
/// <param name="EndPoint">Where to connect.</param>
/// <param name="Host">The name that a certificate is for.</param>
internal sealed record ServerAddress(string Name, EndPoint EndPoint, string Host)
{
    /// <exception cref="ArgumentException">It is no address.</exception>
    public static ServerAddress Of(string name)
    {
        if (name.StartsWith('/')) return new(name, new UnixDomainSocketEndPoint(name), "localhost");
        int colon = name.LastIndexOf(':');
        if (colon > 0 && int.TryParse(
                name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is > 0 and <= IPEndPoint.MaxPort)
        {
            string host = name[..colon].Trim('[', ']');
            return new(
                name, IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, port)
                    : new DnsEndPoint(host, port), host);
        }
        throw new ArgumentException(
            $"'{name}' is no address of a cache server. Write HOST:PORT, or the path of a Unix socket.");
    }

    public Socket NewSocket() => EndPoint is UnixDomainSocketEndPoint
        ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
