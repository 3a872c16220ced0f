using System.Net;
using Microsoft.Extensions.Logging;

namespace BftSmr.Runtime.Transport;

/// <summary>A client's links to all replicas: dialled, and dialled again whenever they break.</summary>
internal sealed class ReplicaLinks : IAsyncDisposable
{
    public ReplicaLinks(
        ClientId self, IReadOnlyList<EndPoint> replicas, LinkCredentials credentials, ILinkSink<ReplicaId> sink,
        LinkOptions options, LinkCounters counters, ILogger logger, TimeProvider? time = null) => throw new NotSupportedException();

    /// <summary>Begins to dial.</summary>
    public void Start() => throw new NotSupportedException();

    /// <summary>Whether the link to the replica is up.</summary>
    public bool IsUp(ReplicaId replica) => throw new NotSupportedException();

    /// <summary>Queues a frame. It does not leave before <see cref="Flush()"/>. False if it was dropped.</summary>
    public bool Send(ReplicaId to, ReadOnlySpan<byte> frame) => throw new NotSupportedException();

    /// <summary>Sends what is queued: one socket send for each link that has something.</summary>
    public void Flush() => throw new NotSupportedException();

    /// <summary>Closes everything; no call to the sink follows.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
