using System.Diagnostics.Metrics;
using System.IO.Enumeration;

namespace BftCloud.Monitoring;

/// <summary>
/// What a replica's process uses, measured when it is asked for, and as instruments of the meter <c>BftCloud</c>.
/// </summary>
internal sealed class ReplicaUsage : IDisposable
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint,
    };

    private readonly Meter _meter = new("BftCloud");
    private readonly string _dataDirectory;

    /// <param name="dataDirectory">Where the replica keeps its log and its checkpoints.</param>
    public ReplicaUsage(string dataDirectory)
    {
        _dataDirectory = dataDirectory;
        _meter.CreateObservableGauge(
            "bftcloud.memory", static () => Environment.WorkingSet, "By", "Memory that the process holds.");
        _meter.CreateObservableCounter(
            "bftcloud.cpu", static () => CpuSeconds, "s", "Processor time that the process has used.");
        _meter.CreateObservableGauge("bftcloud.data", DataBytes, "By", "Files in the data directory.");
        _meter.CreateObservableGauge("bftcloud.data.free", FreeBytes, "By", "Room left on the data directory's disk.");
    }

    /// <summary>What it uses now.</summary>
    public ReplicaUsageReport Report() => new(
        Math.Round(CpuSeconds, 3), Environment.WorkingSet, DataBytes(), FreeBytes());

    public void Dispose() => _meter.Dispose();

    private static double CpuSeconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    private long DataBytes()
    {
        long bytes = 0;
        try
        {
            // A file that is removed meanwhile counts as empty.
            foreach (long length in new FileSystemEnumerable<long>(
                _dataDirectory, static (ref FileSystemEntry entry) => entry.IsDirectory ? 0 : entry.Length, Everything))
            {
                bytes += length;
            }
        }
        catch (IOException)
        {
            // A directory was removed meanwhile, or the disk fails, which the replica itself will say.
        }
        return bytes;
    }

    private long FreeBytes()
    {
        try
        {
            return new DriveInfo(_dataDirectory).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
