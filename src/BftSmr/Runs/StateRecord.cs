namespace BftSmr.Runs;

/// <summary>One record of a state.</summary>
internal readonly record struct StateRecord(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
