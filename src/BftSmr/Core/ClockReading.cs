namespace BftSmr.Core;

/// <summary>The time, as told to a core with every step.</summary>
/// <param name="MonotonicMicros">Never goes back; for timeouts.</param>
/// <param name="UnixMicros">Microseconds since the Unix epoch, as the machine's clock has them; for proposed
/// timestamps.</param>
internal readonly record struct ClockReading(long MonotonicMicros, long UnixMicros);
