using BftCloud.Links;
using BftSmr.Messages;

namespace BftSmr.Hosting;

/// <summary>Passes what clients send to the loop, which takes it in their turn.</summary>
internal sealed class ClientSink(
    ReplicaInbox inbox, ReplicaLoop loop, SessionRoutes routes, ReplicaMetrics metrics) : ILinkSink<ClientLink>
{
    public void OnUp(ClientLink remote)
    {
        // Nothing to do before it attaches a session.
    }

    public ValueTask OnFrame(ClientLink remote, ReadOnlyMemory<byte> frame)
    {
        if (!inbox.TryPost(remote, frame, out ValueTask room)) metrics.Reject(RejectReason.Overloaded);
        if (!room.IsCompleted) loop.Schedule();
        return room;
    }

    public void OnFramesEnd(ClientLink remote) => loop.Schedule();

    // Not in the client's turn: as long as that does not come, it could have any number of links that are gone.
    public void OnDown(ClientLink remote, LinkFault fault) => loop.Post((Action)(() => routes.Detach(remote)));
}
