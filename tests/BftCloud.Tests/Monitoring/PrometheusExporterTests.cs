using System.Diagnostics.Metrics;
using System.Text;
using BftCloud.Monitoring;

namespace BftCloud.Tests.Monitoring;

public sealed class PrometheusExporterTests
{
    [Fact]
    public void Instruments_are_written_as_prometheus_has_them()
    {
        using PrometheusExporter exporter = new();
        using Meter meter = new("BftTest.Exporter");
        using Meter foreign = new("Other.Exporter");
        Counter<long> rejected = meter.CreateCounter<long>("test.rejected", description: "What was dropped.");
        rejected.Add(2, new KeyValuePair<string, object?>("reason", "bad \"quote\""));
        rejected.Add(3, new KeyValuePair<string, object?>("reason", "bad \"quote\""));
        rejected.Add(1, new KeyValuePair<string, object?>("reason", "other"));
        UpDownCounter<int> links = meter.CreateUpDownCounter<int>("test.links");
        links.Add(5);
        links.Add(-2);
        meter.CreateObservableGauge("test.size", static () => 7.5, "By");
        meter.CreateObservableCounter("test.executed", static () => 42L);
        Histogram<double> latency = meter.CreateHistogram<double>("test.latency", "s");
        latency.Record(0.001);
        latency.Record(0.5);
        latency.Record(double.MaxValue);
        foreign.CreateCounter<long>("test.foreign").Add(1);

        string text = Encoding.UTF8.GetString(exporter.Write().Span);

        Assert.Contains(
            "# HELP test_rejected_total What was dropped.\n# TYPE test_rejected_total counter\n", text,
            StringComparison.Ordinal);
        Assert.Contains("test_rejected_total{reason=\"bad \\\"quote\\\"\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("test_rejected_total{reason=\"other\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE test_links gauge\ntest_links 3\n", text, StringComparison.Ordinal);
        Assert.Contains("test_size_bytes 7.5\n", text, StringComparison.Ordinal);
        Assert.Contains("test_executed_total 42\n", text, StringComparison.Ordinal);
        Assert.Contains("test_latency_seconds_bucket{le=\"1\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("test_latency_seconds_bucket{le=\"+Inf\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("test_latency_seconds_count 3\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("foreign", text, StringComparison.Ordinal);
    }
}
