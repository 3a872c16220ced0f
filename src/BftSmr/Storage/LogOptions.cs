namespace BftSmr.Storage;

/// <summary>How a log is kept.</summary>
internal sealed record LogOptions
{
    /// <summary>False: nothing is ever flushed (durability <c>none</c>).</summary>
    public bool Flushes { get; init; } = true;

    /// <summary>
    /// Whether every vote is in the log before it is sent (durability <c>votes</c>). If not, each restart is one
    /// without votes.
    /// </summary>
    public bool HasVotes { get; init; } = true;

    /// <summary>Whose log it is; null where only one replica's files can be.</summary>
    public DataOwner? Owner { get; init; }

    /// <summary>Hears what is read when the log is opened.</summary>
    public ReadProgress Reading { get; init; } = new();

    /// <summary>
    /// Size of a segment's file. A segment is followed by another when it has grown beyond this; records are never
    /// split.
    /// </summary>
    public long SegmentBytes { get; init; } = 16 << 20;

    /// <summary>Unflushed records are given to the system when they are more than this.</summary>
    public int BufferBytesMax { get; init; } = 256 << 10;

    /// <summary>Files of deleted segments that are kept to be written again: their blocks need no allocation.</summary>
    public int SparesMax { get; init; } = 2;
}
