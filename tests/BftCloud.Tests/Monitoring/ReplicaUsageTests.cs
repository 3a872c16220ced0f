using System.Text;
using BftCloud.Monitoring;

namespace BftCloud.Tests.Monitoring;

public sealed class ReplicaUsageTests
{
    [Fact]
    public void A_process_tells_what_it_uses()
    {
        using TemporaryDirectory directory = new();
        Directory.CreateDirectory(directory.At("log"));
        File.WriteAllBytes(directory.At("a"), new byte[1000]);
        File.WriteAllBytes(directory.At("log/b"), new byte[234]);
        using PrometheusExporter exporter = new();
        using ReplicaUsage usage = new(directory.Path);

        ReplicaUsageReport report = usage.Report();
        string metrics = Encoding.UTF8.GetString(exporter.Write().Span);

        Assert.Equal(1234, report.DataBytes);
        Assert.True(report is { CpuSeconds: > 0, MemoryBytes: > 1 << 20, FreeBytes: > 0 }, report.ToString());
        Assert.Contains("bftcloud_data_bytes 1234\n", metrics, StringComparison.Ordinal);
        string[] names = ["bftcloud_memory_bytes", "bftcloud_data_free_bytes", "bftcloud_cpu_seconds_total"];
        foreach (string name in names)
            Assert.Contains($"\n{name} ", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_gone_counts_as_empty()
    {
        using TemporaryDirectory directory = new();
        using ReplicaUsage usage = new(directory.At("gone"));

        Assert.Equal(0, usage.Report().DataBytes);
    }
}
