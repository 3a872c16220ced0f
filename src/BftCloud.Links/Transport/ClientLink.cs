using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>A client's link, as its replica sees it. Safe for any number of threads.</summary>
internal sealed class ClientLink : ILinkReceiver
{
    private readonly ClientListener _listener;
    private readonly ILinkSink<ClientLink> _sink;
    private readonly SecureLink _link;
    private int _dirty;

    public ClientLink(
        ClientId client, SecureLink link, LinkBacklog backlog, RemoteBudget unsent, ClientListener listener,
        ILinkSink<ClientLink> sink) =>
        (Client, _link, Backlog, Unsent, _listener, _sink) = (client, link, backlog, unsent, listener, sink);

    /// <summary>The identity that the client proved.</summary>
    public ClientId Client { get; }

    /// <summary>
    /// What this identity has sent, over all its links, and the sink has not processed yet; kept by the sink.
    /// </summary>
    public LinkBacklog Backlog { get; }

    /// <summary>What waits to be sent to this identity, over all its links.</summary>
    public RemoteBudget Unsent { get; }

    /// <summary>It is up: frames can be sent.</summary>
    public bool IsUp => _link.IsUp;

    /// <summary>
    /// Queues a completed frame. It does not leave before the listener's <see cref="ClientListener.Flush"/>. False if
    /// the link is down.
    /// </summary>
    public bool Send(FrameBuffer frame) => Note(_link.Send(frame));

    /// <summary>Queues a copy of a frame's payload, likewise.</summary>
    public bool Send(ReadOnlySpan<byte> payload) => Note(_link.Send(payload));

    /// <summary>Closes the link; the sink hears of it.</summary>
    public void Close(LinkFault fault) => _link.Close(fault);

    ValueTask ILinkReceiver.OnFrame(ReadOnlyMemory<byte> frame) => _sink.OnFrame(this, frame);

    void ILinkReceiver.OnFramesEnd() => _sink.OnFramesEnd(this);

    internal void Flush()
    {
        Volatile.Write(ref _dirty, 0);
        _link.Flush();
    }

    private bool Note(bool isQueued)
    {
        if (!isQueued)
        {
            _listener.Counters.AddDropped();
            return false;
        }
        if (Volatile.Read(ref _dirty) == 0 && Interlocked.Exchange(ref _dirty, 1) == 0) _listener.AddDirty(this);
        return true;
    }
}
