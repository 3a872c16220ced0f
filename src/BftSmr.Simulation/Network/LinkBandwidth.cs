namespace BftSmr.Simulation;

/// <summary>How much one direction of a link carries.</summary>
/// <param name="BytesPerSecond">Bytes a second.</param>
/// <param name="QueueBytesMax">Bytes that may wait at the sender; what is sent beyond is lost.</param>
public sealed record LinkBandwidth(long BytesPerSecond, long QueueBytesMax);
