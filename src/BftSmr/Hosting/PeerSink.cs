using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Core;

namespace BftSmr.Hosting;

/// <summary>
/// Passes what peers send on one kind of link to the loop. A peer is up while its link for messages is; whether it has
/// one for bulk is nothing to the core, which asks again for what it does not get.
/// </summary>
internal sealed class PeerSink(PeerQueue queue, LinkPurpose purpose, ReplicaLoop loop) : ILinkSink<ReplicaId>
{
    public void OnUp(ReplicaId remote) => Tell(remote, isUp: true);

    public ValueTask OnFrame(ReplicaId remote, ReadOnlyMemory<byte> frame)
    {
        ValueTask room = queue.Post(remote, frame);
        if (!room.IsCompleted) loop.Schedule();
        return room;
    }

    public void OnFramesEnd(ReplicaId remote) => loop.Schedule();

    public void OnDown(ReplicaId remote, LinkFault fault) => Tell(remote, isUp: false);

    private void Tell(ReplicaId remote, bool isUp)
    {
        if (purpose == LinkPurpose.Messages) loop.Post(new LinkInput(remote, isUp));
    }
}
