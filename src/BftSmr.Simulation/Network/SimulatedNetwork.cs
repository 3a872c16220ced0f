using BftCloud.Simulation;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Network;

/// <summary>
/// Carries frames between nodes in virtual time. A link behaves like an authenticated TCP connection: it keeps order.
/// It may break: frames on the way are lost, and both ends are told, each in its own time. It comes back by itself once
/// both ends live and can reach each other. With <see cref="NetworkConditions.Datagrams"/> frames overtake and repeat
/// each
/// other instead. Nodes are numbered: replicas first, then clients.
/// </summary>
internal sealed class SimulatedNetwork
{
    private const long ReconnectMaxMicros = 150_000;
    private const long NoticeMaxMicros = 20_000;
    private const long SilentNoticeMaxMicros = 2_000_000;

    private readonly World _world;
    private readonly SimulationRandom _random;
    private readonly List<INetworkNode> _nodes = [];
    private readonly Dictionary<(int, int), Link> _links = [];
    private readonly List<Link> _ordered = [];

    public SimulatedNetwork(World world, NetworkConditions conditions)
    {
        _world = world;
        _random = world.Random.Fork("network");
        Conditions = conditions;
    }

    public NetworkConditions Conditions { get; set; }

    /// <summary>Records the frames that were sent; null if no one wants to look at them.</summary>
    public TimelineRecorder? Timeline { get; set; }

    public long FramesSent { get; private set; }
    public long FramesDelivered { get; private set; }

    /// <summary>The most frames that ever were on their way in one direction.</summary>
    public int InFlightPeak { get; private set; }

    public IReadOnlyList<Link> Links => _ordered;

    public int Add(INetworkNode node)
    {
        _nodes.Add(node);
        return _nodes.Count - 1;
    }

    /// <summary>Begins to connect the two nodes, and keeps doing so whenever the link breaks.</summary>
    public void Connect(int one, int other)
    {
        Link link = new(Math.Min(one, other), Math.Max(one, other));
        _links.Add((link.Low, link.High), link);
        _ordered.Add(link);
        ScheduleReconnect(link);
    }

    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="frame">The bytes; not to be changed any more.</param>
    /// <param name="isFirst">The first frame of a connection finds its queue empty: it is lost only with the
    /// connection.</param>
    /// <param name="leavesInMicros">When the sender is done with making it.</param>
    /// <param name="isBulk">It waits in the queue for bulk.</param>
    public void Send(
        int from, int to, ReadOnlyMemory<byte> frame, bool isFirst = false, long leavesInMicros = 0,
        bool isBulk = false)
    {
        NetworkFrame sent = new(frame, isBulk);
        Link link = LinkOf(from, to);
        Stream stream = link.FromNode(from);
        FramesSent++;
        if (!link.IsUp || !stream.SenderSeesUp) return;
        if (!isFirst && _random.Chance(Conditions.LossShare))
        {
            _world.Faults.Count("frame lost");
            Timeline?.Sent(from, to, _world.NowMicros, frame);
            return;
        }
        if (!isFirst && stream.InFlight + stream.Stalled.Count >= Conditions.FramesInFlightMax)
        {
            _world.Faults.Count("queue full");
            return;
        }
        if (stream.Blocks > 0)
        {
            _world.Faults.Count("frame held by partition");
            if (!Conditions.Datagrams || isFirst) stream.Stalled.Add(sent);
            return;
        }
        if (!TryQueue(stream, sent, isFirst, ref leavesInMicros)) return;
        Carry(link, stream, sent, leavesInMicros);
        if (Conditions.Datagrams && _random.Chance(Conditions.DuplicationShare))
        {
            _world.Faults.Count("frame duplicated");
            Carry(link, stream, sent, leavesInMicros);
        }
    }

    /// <summary>All links of a node carry no more than this, whatever the conditions are.</summary>
    public void Narrow(int node, LinkBandwidth bandwidth)
    {
        foreach (Link link in _ordered)
        {
            if (link.Low == node || link.High == node)
                link.Upward.Bandwidth = link.Downward.Bandwidth = bandwidth;
        }
    }

    /// <summary>
    /// Keeps all frames from these nodes to those from arriving; each call is undone by one <see cref="Unblock"/>.
    /// </summary>
    public void Block(int from, int to)
    {
        Link link = LinkOf(from, to);
        link.FromNode(from).Blocks++;
        if (Conditions.Datagrams) return;
        long life = link.Life;
        _world.After(_random.Between(100_000, 3_000_000), () =>
        {
            if (link.IsUp && link.Life == life && link.IsBlocked) Break(link);
        });
    }

    public void Unblock(int from, int to)
    {
        Link link = LinkOf(from, to);
        Stream stream = link.FromNode(from);
        if (stream.Blocks == 0 || --stream.Blocks > 0) return;
        NetworkFrame[] stalled = [.. stream.Stalled];
        stream.Stalled.Clear();
        if (!link.IsUp) return;
        foreach (NetworkFrame frame in stalled) Carry(link, stream, frame);
    }

    /// <summary>Ends all partitions.</summary>
    public void UnblockAll()
    {
        foreach (Link link in _ordered)
        {
            while (link.Upward.Blocks > 0) Unblock(link.Low, link.High);
            while (link.Downward.Blocks > 0) Unblock(link.High, link.Low);
        }
    }

    /// <summary>Breaks the connection between the two; it comes back by itself.</summary>
    public void Cut(int one, int other)
    {
        Link link = LinkOf(one, other);
        if (link.IsUp) Break(link);
    }

    /// <summary>
    /// The node's process ended: its links break, and only the other ends are there to be told - late if the whole
    /// machine is gone, as then its connections stay open.
    /// </summary>
    public void Died(int node, bool silently)
    {
        foreach (Link link in _ordered)
        {
            if (link.Low != node && link.High != node) continue;
            if (link.IsUp) Break(link, silently ? SilentNoticeMaxMicros : NoticeMaxMicros);
            link.FromNode(node).SenderSeesUp = false;
        }
    }

    /// <summary>What waits at the sender, bytes; nothing does where bandwidth has no bound.</summary>
    public long UnsentBytes(int from, int to)
    {
        Stream stream = LinkOf(from, to).FromNode(from);
        return BandwidthOf(stream) is { } bandwidth
            ? Math.Max(0, stream.FreeMicros - _world.NowMicros) * bandwidth.BytesPerSecond / 1_000_000
            : 0;
    }

    /// <summary>When all that waits at the sender will have left, in the world's time; past if nothing waits.</summary>
    public long LeavesAtMicros(int from, int to) => LinkOf(from, to).FromNode(from).FreeMicros;

    /// <summary>Whether something that was sent at an earlier moment waits at the sender.</summary>
    public bool IsBehind(int from, int to)
    {
        Stream stream = LinkOf(from, to).FromNode(from);
        return (stream.SentMicros == _world.NowMicros ? stream.FreeBeforeMicros : stream.FreeMicros) > _world.NowMicros;
    }

    private LinkBandwidth? BandwidthOf(Stream stream) => stream.Bandwidth ?? Conditions.Bandwidth;

    private Link LinkOf(int one, int other) => _links[(Math.Min(one, other), Math.Max(one, other))];

    /// <summary>
    /// When a frame that is ready to leave in so long is on its way whole; false if the queue is full.
    /// </summary>
    private bool TryQueue(Stream stream, NetworkFrame frame, bool isFirst, ref long leavesInMicros)
    {
        if (BandwidthOf(stream) is not { } bandwidth) return true;
        int bytes = frame.Bytes.Length;
        long ready = _world.NowMicros + leavesInMicros;
        long free = frame.IsBulk ? Math.Max(stream.BulkFreeMicros, stream.FreeMicros) : stream.FreeMicros;
        long waiting = Math.Max(0, free - ready) * bandwidth.BytesPerSecond / 1_000_000;
        if (!isFirst && waiting + bytes > bandwidth.QueueBytesMax)
        {
            _world.Faults.Count("queue full");
            return false;
        }
        long takes = (bytes * 1_000_000L + bandwidth.BytesPerSecond - 1) / bandwidth.BytesPerSecond;
        long begins = Math.Max(free, ready);
        if (frame.IsBulk)
        {
            stream.BulkFreeMicros = begins + takes;
            leavesInMicros = stream.BulkFreeMicros - _world.NowMicros;
            return true;
        }
        if (stream.SentMicros != _world.NowMicros)
            (stream.SentMicros, stream.FreeBeforeMicros) = (_world.NowMicros, stream.FreeMicros);
        stream.FreeMicros = begins + takes;
        if (stream.BulkFreeMicros > begins)
        {
            // Two connections share a line: bulk takes half of it meanwhile, and more bulk waits for longer.
            stream.FreeMicros += Math.Min(takes, stream.BulkFreeMicros - begins);
            stream.BulkFreeMicros += takes;
        }
        leavesInMicros = stream.FreeMicros - _world.NowMicros;
        return true;
    }

    private void Carry(Link link, Stream stream, NetworkFrame frame, long leavesInMicros = 0)
    {
        long latency = _random.Between(Conditions.LatencyMinMicros, Conditions.LatencyMaxMicros);
        if (_random.Chance(Conditions.SpikeShare))
        {
            _world.Faults.Count("delay spike");
            latency += _random.Between(0, Conditions.SpikeMaxMicros);
        }
        long arrival = Math.Max(_world.NowMicros + leavesInMicros + latency, stream.ReadFromMicros);
        bool isApart = frame.IsBulk && BandwidthOf(stream) is not null;
        long last = isApart ? stream.LastBulkArrivalMicros : stream.LastArrivalMicros;
        if (!Conditions.Datagrams) arrival = Math.Max(arrival, last + 1);
        else if (arrival < last) _world.Faults.Count("frame overtaken");
        if (isApart) stream.LastBulkArrivalMicros = Math.Max(last, arrival);
        else stream.LastArrivalMicros = Math.Max(last, arrival);
        stream.InFlight++;
        InFlightPeak = Math.Max(InFlightPeak, stream.InFlight);
        long life = link.Life;
        TimelineRecorder.Flight? flight = Timeline?.Sent(
            stream.From, stream.To, _world.NowMicros, frame.Bytes);
        _world.At(arrival, () =>
        {
            if (link.Life != life) return;
            if (flight is not null) flight.ArrivedMicros = arrival;
            stream.InFlight--;
            FramesDelivered++;
            _nodes[stream.To].Receive(stream.From, frame);
        });
    }

    private void Break(Link link, long noticeMaxMicros = NoticeMaxMicros)
    {
        _world.Faults.Count("link broken");
        link.IsUp = false;
        link.Life++;
        foreach (Stream stream in (ReadOnlySpan<Stream>)[link.Upward, link.Downward])
        {
            stream.InFlight = 0;
            stream.FreeMicros = stream.FreeBeforeMicros = stream.BulkFreeMicros = 0;
            stream.Stalled.Clear();
            Notify(link, stream, isUp: false, noticeMaxMicros);
        }
        ScheduleReconnect(link);
    }

    private void ScheduleReconnect(Link link)
    {
        long life = link.Life;
        _world.After(_random.Between(1_000, ReconnectMaxMicros), () =>
        {
            if (link.IsUp || link.Life != life) return;
            if (link.IsBlocked || !_nodes[link.Low].IsAlive || !_nodes[link.High].IsAlive)
            {
                ScheduleReconnect(link);
                return;
            }
            link.IsUp = true;
            Notify(link, link.Upward, isUp: true, 1_000);
            Notify(link, link.Downward, isUp: true, 1_000);
            // Frames of the new connection are read only after its reader has been told of it.
            link.Upward.ReadFromMicros = link.Upward.LastArrivalMicros = link.Downward.LastNoticeMicros;
            link.Downward.ReadFromMicros = link.Downward.LastArrivalMicros = link.Upward.LastNoticeMicros;
        });
    }

    private void Notify(Link link, Stream stream, bool isUp, long withinMicros)
    {
        long at = Math.Max(stream.LastNoticeMicros + 1, _world.NowMicros + _random.Between(1, withinMicros));
        stream.LastNoticeMicros = at;
        long life = link.Life;
        _world.At(at, () =>
        {
            if (isUp && (!link.IsUp || link.Life != life)) return;
            if (!_nodes[stream.From].IsAlive || stream.SenderSeesUp == isUp) return;
            stream.SenderSeesUp = isUp;
            _nodes[stream.From].LinkChanged(stream.To, isUp);
        });
    }
}
