namespace BftCloud.Links;

/// <summary>
/// What the links of one port did so far. Safe for any number of threads; every value only grows, but for the number of
/// open links.
/// </summary>
internal sealed class LinkCounters
{
    private readonly long[] _faults = new long[Enum.GetValues<LinkFault>().Length];
    private long _linksOpened, _linksClosed, _framesSent, _framesReceived,
        _bytesSent, _bytesReceived, _socketSends, _framesDropped;

    public long OpenLinks => Interlocked.Read(ref _linksOpened) - Interlocked.Read(ref _linksClosed);

    public long LinksOpened => Interlocked.Read(ref _linksOpened);

    public long FramesSent => Interlocked.Read(ref _framesSent);

    public long FramesReceived => Interlocked.Read(ref _framesReceived);

    /// <summary>Bytes given to sockets, with everything the links add.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>How often a socket was given bytes.</summary>
    public long SocketSends => Interlocked.Read(ref _socketSends);

    /// <summary>Frames that were lost because their link was down or its queue full.</summary>
    public long FramesDropped => Interlocked.Read(ref _framesDropped);

    /// <summary>Connections refused and links ended for this reason.</summary>
    public long Count(LinkFault fault) => Interlocked.Read(ref _faults[(int)fault]);

    public void Add(LinkFault fault) => Interlocked.Increment(ref _faults[(int)fault]);

    public void AddOpened() => Interlocked.Increment(ref _linksOpened);

    public void AddClosed() => Interlocked.Increment(ref _linksClosed);

    public void AddDropped() => Interlocked.Increment(ref _framesDropped);

    public void AddReceived(long frames, long bytes)
    {
        Interlocked.Add(ref _framesReceived, frames);
        Interlocked.Add(ref _bytesReceived, bytes);
    }

    public void AddSent(long frames, long bytes)
    {
        Interlocked.Add(ref _framesSent, frames);
        Interlocked.Add(ref _bytesSent, bytes);
        Interlocked.Increment(ref _socketSends);
    }
}
