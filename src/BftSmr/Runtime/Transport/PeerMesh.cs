using System.Net;
using Microsoft.Extensions.Logging;

namespace BftSmr.Runtime.Transport;

/// <summary>
/// One link to every other replica: listens for those with a higher id and dials those with a lower one, again and again. Sending never blocks:
/// a frame for a replica whose link is down or whose queue is full is lost and counted.
/// </summary>
internal sealed class PeerMesh : IAsyncDisposable
{
    /// <summary>Binds the listener; nothing is accepted or dialled before <see cref="Start"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public PeerMesh(
        ReplicaId self, EndPoint listen, LinkCredentials credentials, ILinkSink<ReplicaId> sink,
        LinkOptions options, LinkCounters counters, ILogger logger, TimeProvider? time = null) => throw new NotSupportedException();

    /// <summary>Where the listener is bound; differs from what was asked for if that had port 0.</summary>
    public IPEndPoint LocalEndPoint => throw new NotSupportedException();

    /// <summary>Begins to accept, and to dial; replica i is reached at position i.</summary>
    public void Start(IReadOnlyList<EndPoint> replicas) => throw new NotSupportedException();

    /// <summary>Whether the link to the replica is up.</summary>
    public bool IsUp(ReplicaId replica) => throw new NotSupportedException();

    /// <summary>Queues a frame. It does not leave before <see cref="Flush"/>. False if it was dropped.</summary>
    public bool Send(ReplicaId to, ReadOnlySpan<byte> frame) => throw new NotSupportedException();

    /// <summary>Sends what is queued: one socket send for each link that has something.</summary>
    public void Flush() => throw new NotSupportedException();

    /// <summary>Closes everything; no call to the sink follows.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
