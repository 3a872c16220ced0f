namespace BftSmr.Simulation.Network;

/// <summary>One direction of a link, with what its sender believes of it.</summary>
internal sealed class Stream(int from, int to)
{
    public int From { get; } = from;
    public int To { get; } = to;

    /// <summary>The sender has been told that the link is up, and not yet that it is down.</summary>
    public bool SenderSeesUp { get; set; }

    /// <summary>Counts the sender's notices, so that a late one does not overtake an earlier one.</summary>
    public long LastNoticeMicros { get; set; }

    /// <summary>When the latest frame arrives; the next may not arrive before it.</summary>
    public long LastArrivalMicros { get; set; }

    /// <summary>When the receiver knows of the connection: no frame is read before.</summary>
    public long ReadFromMicros { get; set; }

    /// <summary>How many partitions block this direction.</summary>
    public int Blocks { get; set; }

    public int InFlight { get; set; }

    /// <summary>What it carries, if that is not what all links carry.</summary>
    public LinkBandwidth? Bandwidth { get; set; }

    /// <summary>When all that waits at the sender has left; only with a bandwidth.</summary>
    public long FreeMicros { get; set; }

    /// <summary>The same of bulk, which has a queue of its own: it leaves after what waits when it comes.</summary>
    public long BulkFreeMicros { get; set; }

    /// <summary>When the latest bulk arrives; only with a bandwidth, else bulk keeps the order of all frames.</summary>
    public long LastBulkArrivalMicros { get; set; }

    /// <summary>When something was sent last.</summary>
    public long SentMicros { get; set; } = -1;

    /// <summary>What <see cref="FreeMicros"/> was at that moment, before.</summary>
    public long FreeBeforeMicros { get; set; }

    /// <summary>Frames held back by a partition, as TCP would send them again and again.</summary>
    public List<NetworkFrame> Stalled { get; } = [];
}
