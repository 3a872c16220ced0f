using System.Net;
using Microsoft.Extensions.Logging;

namespace BftSmr.Runtime.Transport;

/// <summary>Accepts the links of clients.</summary>
internal sealed class ClientListener : IAsyncDisposable
{
    /// <summary>Binds the listener; nothing is accepted before <see cref="Start"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public ClientListener(
        ReplicaId self, EndPoint listen, LinkCredentials credentials, ILinkSink<ClientLink> sink,
        LinkOptions options, LinkCounters counters, ILogger logger, TimeProvider? time = null) => throw new NotSupportedException();

    /// <summary>Where the listener is bound; differs from what was asked for if that had port 0.</summary>
    public IPEndPoint LocalEndPoint => throw new NotSupportedException();

    /// <summary>Begins to accept.</summary>
    public void Start() => throw new NotSupportedException();

    /// <summary>Sends what is queued on all client links: one socket send for each that has something.</summary>
    public void Flush() => throw new NotSupportedException();

    /// <summary>Closes everything; no call to the sink follows.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
