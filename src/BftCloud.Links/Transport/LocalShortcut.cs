using System.Net;
using System.Net.Sockets;

namespace BftCloud.Links;

/// <summary>
/// Nodes on one machine meet at a Unix domain socket beside the TCP port: the same handshake and records, for a third
/// of the kernel's work. It has an abstract name - Linux only, no file, visible in the same network namespace as the
/// port is - that follows from the port's loopback address. Another process that takes the name gains nothing: without
/// the replica's key the handshake fails, and the next attempt goes by TCP.
/// </summary>
internal static class LocalShortcut
{
    /// <summary>Where a node that listens at this address is met by others on its machine; null if it is not.</summary>
    public static EndPoint? Of(EndPoint address) => address switch
    {
        _ when !OperatingSystem.IsLinux() => null,
        IPEndPoint ip when IPAddress.IsLoopback(ip.Address) => Name(ip.Address, ip.Port),
        IPEndPoint ip when ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any) =>
            Name(IPAddress.Loopback, ip.Port),
        DnsEndPoint { Host: "localhost" } dns => Name(IPAddress.Loopback, dns.Port),
        _ => null,
    };

    /// <summary>Listens there as well; null if that is not possible, which costs nothing but speed.</summary>
    public static Socket? TryListen(IPEndPoint address, int backlog)
    {
        if (Of(address) is not { } local) return null;
        Socket socket = NewSocket();
        try
        {
            socket.Bind(local);
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Connects there; null if no process listens.</summary>
    public static async ValueTask<ReactorSocket?> TryConnectAsync(
        Reactor reactor, EndPoint local, CancellationToken cancellation)
    {
        try
        {
            return await ReactorSocket.ConnectAsync(reactor, NewSocket(), local, cancellation).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static UnixDomainSocketEndPoint Name(IPAddress address, int port) =>
        new($"\0bftsmr/{new IPEndPoint(address, port)}");
}
