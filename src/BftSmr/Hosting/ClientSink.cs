using BftCloud.Links;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Messages;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// Decodes and authenticates what clients send, on the threads of their links, and passes it to the loop. A client that
/// sends what no correct client sends loses its link. A message that costs the work of a signature counts as much: a
/// flood of either slows down its own sender alone.
/// </summary>
internal sealed class ClientSink(
    MessageIngress ingress, ReplicaLoop loop, SessionRoutes routes, ReplicaMetrics metrics,
    ILogger logger) : ILinkSink<ClientLink>
{
    public void OnUp(ClientLink remote)
    {
        // Nothing to do before it attaches a session.
    }

    public ValueTask OnFrame(ClientLink remote, ReadOnlyMemory<byte> frame)
    {
        if (ingress.FromClient(remote.Client, frame, out RejectReason reason) is { } input)
            return loop.Post(
                input, remote, remote.Backlog,
                input is RequestInput { Request.IsSigned: true }
                    ? frame.Length + LinkBacklog.SignatureBytes
                    : frame.Length);
        metrics.Reject(reason);
        if (logger.IsEnabled(LogLevel.Debug)) HostLog.Rejected(logger, remote.Client.ToString(), reason);
        remote.Close(LinkFault.Misbehaved);
        return ValueTask.CompletedTask;
    }

    public void OnFramesEnd(ClientLink remote) => loop.Schedule();

    public void OnDown(ClientLink remote, LinkFault fault) => loop.Post((Action)(() => routes.Detach(remote)));
}
