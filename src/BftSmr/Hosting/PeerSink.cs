using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Core;

namespace BftSmr.Hosting;

/// <summary>Passes what peers send to the loop.</summary>
internal sealed class PeerSink(ReplicaInbox inbox, ReplicaLoop loop) : ILinkSink<ReplicaId>
{
    public void OnUp(ReplicaId remote) => loop.Post(new LinkInput(remote, IsUp: true));

    public ValueTask OnFrame(ReplicaId remote, ReadOnlyMemory<byte> frame)
    {
        ValueTask room = inbox.Post(remote, frame);
        if (!room.IsCompleted) loop.Schedule();
        return room;
    }

    public void OnFramesEnd(ReplicaId remote) => loop.Schedule();

    public void OnDown(ReplicaId remote, LinkFault fault) => loop.Post(new LinkInput(remote, IsUp: false));
}
