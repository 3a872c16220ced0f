using BftCloud.Processes;

namespace BftCloud.Bench;

/// <summary>Samples what the replicas' processes use, for those that are on this machine.</summary>
internal sealed class ReplicaMeter
{
    private readonly int?[] _pids;
    private readonly double?[] _cpuBefore;
    private readonly long[] _residentBytesMax;

    public ReplicaMeter(IReadOnlyList<int?> pids)
    {
        _pids = [.. pids];
        _cpuBefore = new double?[_pids.Length];
        _residentBytesMax = new long[_pids.Length];
    }

    /// <summary>How many replicas there are.</summary>
    public int Count => _pids.Length;

    /// <summary>The measurement begins.</summary>
    public void Begin()
    {
        for (int id = 0; id < _pids.Length; id++) _cpuBefore[id] = UsageOf(id)?.CpuSeconds;
    }

    /// <summary>Notes how much memory they hold now; what each has used.</summary>
    public IReadOnlyList<ProcessUsage?> Sample()
    {
        // The remains of a process that has ended hold nothing.
        ProcessUsage?[] usages =
            [.. _pids.Select((_, id) => UsageOf(id) is { ResidentBytes: > 0 } usage ? usage : (ProcessUsage?)null)];
        for (int id = 0; id < _pids.Length; id++)
            _residentBytesMax[id] = Math.Max(_residentBytesMax[id], usages[id]?.ResidentBytes ?? 0);
        return usages;
    }

    /// <summary>The measurement ends.</summary>
    public IReadOnlyList<BenchReplica> End()
    {
        Sample();
        return [.. _pids.Select((_, id) => UsageOf(id) is { } usage && _cpuBefore[id] is { } before
            ? new BenchReplica(
                id, Math.Round(usage.CpuSeconds - before, 2), Math.Round(_residentBytesMax[id] / (1024.0 * 1024), 1))
            : new BenchReplica(id, null, null))];
    }

    private ProcessUsage? UsageOf(int id) => _pids[id] is { } pid ? LinuxProcess.UsageOf(pid) : null;
}
