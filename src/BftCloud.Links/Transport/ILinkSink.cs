using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// Receives what happens on links. For one link the calls come one after the other - up, its frames in order, down - on
/// threads of the transport; different links call in parallel. An implementation does not block.
/// </summary>
/// <typeparam name="TRemote">Names the other end: a <see cref="ReplicaId"/>, or a <see cref="ClientLink"/>.</typeparam>
internal interface ILinkSink<TRemote>
{
    /// <summary>The link is up: the other end has proved its identity, and frames can be sent.</summary>
    void OnUp(TRemote remote);

    /// <summary>
    /// A frame, in an array of its own that the receiver may keep. While the task is incomplete nothing more is read
    /// from this link, so the other end is slowed down; take care that it does complete.
    /// </summary>
    ValueTask OnFrame(TRemote remote, ReadOnlyMemory<byte> frame);

    /// <summary>
    /// All frames that had arrived together have been handed out: a good time to wake the thread that processes them.
    /// </summary>
    void OnFramesEnd(TRemote remote);

    /// <summary>The link is down; frames that were not yet sent are lost.</summary>
    void OnDown(TRemote remote, LinkFault fault);
}
