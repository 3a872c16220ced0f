namespace BftCloud.Links;

/// <summary>Every bound and period of the links of one port, in one place.</summary>
internal sealed record LinkOptions
{
    /// <summary>Between replicas.</summary>
    public static LinkOptions Peers { get; } = new() { QueueBytesMax = 20 << 20 };

    /// <summary>
    /// Between replicas, for <see cref="LinkPurpose.Bulk"/>. Its queue and the one for messages take as much memory as
    /// one queue that has both would.
    /// </summary>
    public static LinkOptions Bulk { get; } = new() { FrameBytesMax = 4 << 20, QueueBytesMax = 8 << 20 };

    /// <summary>Between a client and a replica, at both ends.</summary>
    public static LinkOptions Clients { get; } = new()
    {
        FrameBytesMax = 2 << 20,
        LinksPerRemoteMax = 1024,
        HeartbeatPeriod = TimeSpan.FromSeconds(2),
        SilenceTimeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>The largest frame, sent or received.</summary>
    public int FrameBytesMax { get; init; } = 16 << 20;

    /// <summary>
    /// Bytes of frames that may wait to be sent on a link, at least two of the largest. One more is dropped: a peer
    /// catches up by state transfer, clients and replicas ask each other again, and what is in the queue still arrives.
    /// </summary>
    public int QueueBytesMax
    {
        get => Math.Max(field, 2 * (FrameBytesMax + FrameAssembler.LengthBytes));
        init;
    } = 32 << 20;

    /// <summary>
    /// Bytes that the operating system takes from a link between replicas without having sent them, about. The rest
    /// waits in the queue, where this process knows of it.
    /// </summary>
    public int UnsentBytesMax { get; init; } = 256 << 10;

    /// <summary>
    /// Bytes a second that a node sends as <see cref="LinkPurpose.Bulk"/> to all others together: half of what a line
    /// of a gigabit carries.
    /// </summary>
    public long BulkBytesPerSecond { get; init; } = 64 << 20;

    /// <summary>
    /// Whether nodes on one machine, that is with loopback addresses, talk by Unix domain sockets instead of TCP.
    /// </summary>
    public bool LocalShortcut { get; init; } = true;

    /// <summary>How long connecting, and then the handshake, may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Unfinished handshakes at a listener. One more drops the oldest, so that only a flood that is faster than
    /// handshakes are keeps others out.
    /// </summary>
    public int HalfOpenMax { get; init; } = 128;

    /// <summary>
    /// How long a connection is kept whose handshake failed. <see cref="HalfOpenMax"/> of them are kept at a time;
    /// while it is so many, none is accepted.
    /// </summary>
    public TimeSpan RefusedTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Connections at a listener that are no links, those that have just failed among them.</summary>
    public int UnestablishedMax => 2 * HalfOpenMax;

    /// <summary>
    /// Links at a listener. For one more the client identity that has most loses one, if it has more than the newcomer
    /// would.
    /// </summary>
    public int LinksMax { get; init; } = 4096;

    /// <summary>
    /// Links of one client identity at a listener. Between replicas there is one of each <see cref="LinkPurpose"/>.
    /// </summary>
    public int LinksPerRemoteMax { get; init; } = 1;

    /// <summary>
    /// Bytes of frames that are arriving and of frames that wait to be sent, over all links of one remote. At least
    /// what one link may hold.
    /// </summary>
    public long BytesPerRemoteMax
    {
        get => Math.Max(field, (long)QueueBytesMax + FrameBytesMax);
        init;
    } = 256 << 20;

    /// <summary>
    /// The same over all client identities of a port. For more, the identity that holds most loses links, the fullest
    /// first, if it holds more than the asking one would.
    /// </summary>
    public long BytesMax
    {
        get => Math.Max(field, BytesPerRemoteMax);
        init;
    } = 1L << 30;

    /// <summary>Bytes of messages of all client identities of a port that were not taken yet.</summary>
    public long BacklogBytesMax { get; init; } = 256 << 20;

    /// <summary>
    /// Bytes that count for <see cref="BytesPerRemoteMax"/> beyond which a client identity is behind. A replica then
    /// takes no more of its requests until it has taken replies.
    /// </summary>
    public long BytesBehindMax { get; init; } = 8 << 20;

    /// <summary>A link on which nothing was sent for this long sends an empty record.</summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A link on which nothing arrived for this long is dead. Several times the other end's
    /// <see cref="HeartbeatPeriod"/>.
    /// </summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The delay before the first attempt to connect again. It doubles with each failure; half of it is random.
    /// </summary>
    public TimeSpan ReconnectDelayMin { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest delay between attempts to connect.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(1);
}
