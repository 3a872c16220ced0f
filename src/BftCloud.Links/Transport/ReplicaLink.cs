using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>
/// The place of a link to one replica, whether it is up or down. A replica may connect again while an older link is
/// still up. Then the older one is closed, and the sink hears of its end before it hears of the new one.
/// </summary>
/// <param name="replica">The other end.</param>
/// <param name="purpose">What the link is for.</param>
/// <param name="lane">Where its frames go, its bounds and counts.</param>
/// <param name="budget">The memory of all links to that replica.</param>
/// <param name="monitor">Keeps its heartbeat.</param>
/// <param name="logger">Hears of its ups and downs.</param>
/// <param name="pace">How fast it may send; null if at any speed.</param>
internal sealed class ReplicaLink(
    ReplicaId replica, LinkPurpose purpose, PeerLane lane, RemoteBudget budget, LinkMonitor monitor, ILogger logger,
    SendPace? pace = null) : ILinkReceiver, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private volatile SecureLink? _current;
    private long _newest;
    private bool _stopped;

    public ReplicaId Replica => replica;

    public LinkPurpose Purpose => purpose;

    public bool IsUp => _current is not null;

    /// <summary>Something that was flushed waits for the socket.</summary>
    public bool IsBehind => _current is { IsBehind: true };

    public bool Send(FrameBuffer frame) => Count(_current is { } link && link.Send(frame));

    public bool Send(ReadOnlySpan<byte> payload) => Count(_current is { } link && link.Send(payload));

    public void Flush() => _current?.Flush();

    /// <summary>Runs the link to its end.</summary>
    public async Task RunAsync(EstablishedLink established)
    {
        Invariant.Holds(established.Purpose == purpose, "a link is what it was made for");
        established.Socket.IsUrgent = purpose == LinkPurpose.Messages;
        established.Socket.LimitUnsent(lane.Options.UnsentBytesMax);
        SecureLink link = new(established, lane.Options, lane.Counters, budget, pace);
        long number;
        lock (_gate)
        {
            number = ++_newest;
            _current?.Close(LinkFault.Superseded);
        }
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (TryTakePlace(link, number)) await RunAsync(link).ConfigureAwait(false);
            else link.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the link; no further one comes up.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _current?.Close(LinkFault.Local);
        }
    }

    public void Dispose() => _turn.Dispose();

    public ValueTask OnFrame(ReadOnlyMemory<byte> frame) => lane.Sink.OnFrame(replica, frame);

    public void OnFramesEnd() => lane.Sink.OnFramesEnd(replica);

    private bool Count(bool isQueued)
    {
        if (!isQueued) lane.Counters.AddDropped();
        return isQueued;
    }

    private bool TryTakePlace(SecureLink link, long number)
    {
        lock (_gate)
        {
            if (_stopped || number != _newest) return false;
            _current = link;
            return true;
        }
    }

    private async Task RunAsync(SecureLink link)
    {
        lane.Counters.AddOpened();
        monitor.Add(link);
        if (purpose == LinkPurpose.Bulk) TransportLog.BulkUp(logger, replica);
        else TransportLog.Up(logger, replica);
        lane.Sink.OnUp(replica);
        LinkFault fault = await link.RunAsync(this).ConfigureAwait(false);
        _current = null;
        monitor.Remove(link);
        lane.Counters.AddClosed();
        lane.Counters.Add(fault);
        if (purpose == LinkPurpose.Bulk) TransportLog.BulkDown(logger, replica, fault);
        else TransportLog.Down(logger, replica, fault);
        lane.Sink.OnDown(replica, fault);
    }
}
