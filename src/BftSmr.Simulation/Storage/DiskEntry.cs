namespace BftSmr.Simulation.Storage;

/// <summary>What is written to a simulated log, in order.</summary>
internal abstract record DiskEntry;

/// <summary>An encoded log record.</summary>
internal sealed record RecordEntry(ReadOnlyMemory<byte> Bytes) : DiskEntry;

/// <summary>
/// A new segment begins, which makes those before it unnecessary once the snapshot of this instance is on disk and stable; its live records follow.
/// </summary>
internal sealed record SegmentEntry(Instance Checkpoint, int LiveRecords) : DiskEntry;
