namespace BftCloud.Bench;

/// <summary>
/// What a few things cost on this machine now, so that figures of one machine, or one hour, can be held against those
/// of another. Medians, microseconds.
/// </summary>
/// <param name="Processors">Those that the process may use.</param>
/// <param name="SignMicros">An Ed25519 signature of 64 bytes.</param>
/// <param name="VerifyMicros">The check of one.</param>
/// <param name="WakeMicros">Half a round trip between two threads that sleep in between: what it takes to wake
/// one.</param>
/// <param name="FlushMicros">Writing 4 KiB to a file and waiting until they are on disk.</param>
internal sealed record MachineReport(
    int Processors, double SignMicros, double VerifyMicros, double WakeMicros, double FlushMicros);
