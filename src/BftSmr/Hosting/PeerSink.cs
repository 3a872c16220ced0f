using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Messages;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// Decodes and authenticates what peers send, on the threads of their links, and passes it to the loop.
/// </summary>
internal sealed class PeerSink(
    int replicas, MessageIngress ingress, ReplicaLoop loop, ReplicaMetrics metrics,
    ILogger logger) : ILinkSink<ReplicaId>
{
    private readonly LinkBacklog[] _backlogs = [.. Enumerable.Range(0, replicas).Select(static _ => new LinkBacklog())];

    public void OnUp(ReplicaId remote) => loop.Post(new LinkInput(remote, IsUp: true));

    public ValueTask OnFrame(ReplicaId remote, ReadOnlyMemory<byte> frame)
    {
        if (ingress.FromPeer(remote, frame, out RejectReason reason) is { } input)
            return loop.Post(input, null, _backlogs[remote.Value], frame.Length);
        metrics.Reject(reason);
        if (logger.IsEnabled(LogLevel.Debug)) HostLog.Rejected(logger, remote.ToString(), reason);
        return ValueTask.CompletedTask;
    }

    public void OnFramesEnd(ReplicaId remote) => loop.Schedule();

    public void OnDown(ReplicaId remote, LinkFault fault) => loop.Post(new LinkInput(remote, IsUp: false));
}
