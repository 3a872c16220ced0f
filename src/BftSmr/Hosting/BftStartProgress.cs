namespace BftSmr.Hosting;

/// <summary>How far a replica is with reading its disk at its start.</summary>
/// <param name="BytesRead">Bytes read.</param>
/// <param name="BytesToRead">
/// Bytes to read, as far as that is known. Each byte of a checkpoint is read twice, to be checked and to be loaded.
/// More than are read in the end where a checkpoint turns out to be damaged.
/// </param>
public sealed record BftStartProgress(long BytesRead, long BytesToRead);
