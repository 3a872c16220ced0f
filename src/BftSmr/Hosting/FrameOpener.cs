using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Messages;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// Decodes and authenticates frames on the loop, in the turn of their sender. A client that sends what no correct
/// client sends loses its link.
/// </summary>
internal sealed class FrameOpener(MessageIngress ingress, ReplicaMetrics metrics, ILogger logger)
{
    /// <summary>
    /// The input in a frame that came by a peer's link for bulk, or by the other one; null if there is none, which was
    /// counted.
    /// </summary>
    public Input? Open(ReplicaId from, ReadOnlyMemory<byte> frame, bool isBulk)
    {
        if (ingress.FromPeer(from, frame, out RejectReason reason, isBulk) is { } input) return input;
        metrics.Reject(reason);
        if (logger.IsEnabled(LogLevel.Debug)) HostLog.Rejected(logger, from.ToString(), reason);
        return null;
    }

    /// <summary>The input in a client's frame; null if there is none, which closed the link.</summary>
    public Input? Open(ClientLink link, ReadOnlyMemory<byte> frame)
    {
        if (ingress.FromClient(link.Client, frame, out RejectReason reason) is { } input) return input;
        metrics.Reject(reason);
        if (logger.IsEnabled(LogLevel.Debug)) HostLog.Rejected(logger, link.Client.ToString(), reason);
        link.Close(LinkFault.Misbehaved);
        return null;
    }
}
