using BftSmr.Messages;
using BftSmr.Storage;

namespace BftSmr.Simulation.Storage;

/// <summary>What is written to a simulated log, in order.</summary>
internal abstract record DiskEntry
{
    /// <summary>What the log says of votes right behind this entry; null if nothing.</summary>
    public RecordKind? Mark { get; init; }
}

/// <summary>A log record.</summary>
/// <param name="Record">The record.</param>
/// <param name="Bytes">It encoded.</param>
/// <param name="FlushedBefore">All before this position was on disk when the record was written; the record says
/// so.</param>
internal sealed record RecordEntry(LogRecord Record, ReadOnlyMemory<byte> Bytes, long FlushedBefore) : DiskEntry;

/// <summary>
/// A new segment begins, which makes those before it unnecessary once the checkpoint of this instance is on disk and
/// stable; its live records follow, and it is there only when they are.
/// </summary>
internal sealed record SegmentEntry(long Number, Instance Checkpoint, int LiveRecords) : DiskEntry;
