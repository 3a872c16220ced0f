namespace BftCloud.Processes;

/// <summary>What a process has used.</summary>
/// <param name="CpuSeconds">Processor time since it started, seconds.</param>
/// <param name="ResidentBytes">Memory it holds now, bytes.</param>
internal readonly record struct ProcessUsage(double CpuSeconds, long ResidentBytes);
