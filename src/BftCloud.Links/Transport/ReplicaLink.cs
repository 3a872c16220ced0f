using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>
/// The place of a link to one replica, whether it is up or down. A replica may connect again while an older link is
/// still up. Then the older one is closed, and the sink hears of its end before it hears of the new one.
/// </summary>
internal sealed class ReplicaLink(
    ReplicaId replica, ILinkSink<ReplicaId> sink, LinkOptions options, LinkCounters counters, LinkMonitor monitor,
    ILogger logger) : ILinkReceiver, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly RemoteBudget _budget = new(options.BytesPerRemoteMax);
    private volatile SecureLink? _current;
    private long _newest;
    private bool _stopped;

    public ReplicaId Replica => replica;

    public bool IsUp => _current is not null;

    /// <summary>Something that was flushed waits for the socket.</summary>
    public bool IsBehind => _current is { IsBehind: true };

    public bool Send(FrameBuffer frame) => Count(_current is { } link && link.Send(frame));

    public bool Send(ReadOnlySpan<byte> payload) => Count(_current is { } link && link.Send(payload));

    public void Flush() => _current?.Flush();

    /// <summary>Runs the link to its end.</summary>
    public async Task RunAsync(EstablishedLink established)
    {
        established.Socket.IsUrgent = true;
        established.Socket.LimitUnsent(options.UnsentBytesMax);
        SecureLink link = new(established, options, counters, _budget);
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

    public ValueTask OnFrame(ReadOnlyMemory<byte> frame) => sink.OnFrame(replica, frame);

    public void OnFramesEnd() => sink.OnFramesEnd(replica);

    private bool Count(bool isQueued)
    {
        if (!isQueued) counters.AddDropped();
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
        counters.AddOpened();
        monitor.Add(link);
        TransportLog.Up(logger, replica);
        sink.OnUp(replica);
        LinkFault fault = await link.RunAsync(this).ConfigureAwait(false);
        _current = null;
        monitor.Remove(link);
        counters.AddClosed();
        counters.Add(fault);
        TransportLog.Down(logger, replica, fault);
        sink.OnDown(replica, fault);
    }
}
