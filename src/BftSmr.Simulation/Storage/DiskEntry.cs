namespace BftSmr.Simulation.Storage;

/// <summary>What is written to a simulated log, in order.</summary>
internal abstract record DiskEntry;

/// <summary>An encoded log record.</summary>
internal sealed record RecordEntry(ReadOnlyMemory<byte> Bytes) : DiskEntry;

/// <summary>A new segment begins, that of the checkpoint at this instance; its live records follow.</summary>
internal sealed record SegmentEntry(Instance Checkpoint) : DiskEntry;

/// <summary>A fetched snapshot replaces all that was there before; once this is on disk the new state is the state.</summary>
internal sealed record InstallEntry(Instance Checkpoint, ReadOnlyMemory<byte> Snapshot) : DiskEntry;
