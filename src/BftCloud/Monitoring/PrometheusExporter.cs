using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace BftCloud.Monitoring;

/// <summary>
/// Collects the instruments of the meters named BftSmr… and BftCloud…, and writes them in the Prometheus text format.
/// Counters and gauges as they are; histograms as count, sum and cumulative buckets.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Series kept; more are dropped, so that tags can never take the memory.</summary>
    private const int SeriesMax = 4096;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), MetricSeries> _series = new();

    public PrometheusExporter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Bft", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All series as of now, sorted by name.</summary>
    public ReadOnlyMemory<byte> Write()
    {
        _listener.RecordObservableInstruments();
        StringBuilder text = new();
        var instruments = _series.GroupBy(static entry => entry.Key.Instrument);
        foreach (var instrument in instruments.OrderBy(static group => group.Key.Name, StringComparer.Ordinal))
        {
            string name = NameOf(instrument.Key);
            if (instrument.Key.Description is { Length: > 0 } description)
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {description.ReplaceLineEndings(" ")}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {TypeOf(instrument.Key)}\n");
            foreach (var entry in instrument.OrderBy(static entry => entry.Key.Labels, StringComparer.Ordinal))
                entry.Value.Write(text, name, entry.Key.Labels);
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        (Instrument, string) key = (instrument, tags.IsEmpty ? "" : LabelsOf(tags));
        if (!_series.TryGetValue(key, out MetricSeries? series))
        {
            if (_series.Count >= SeriesMax) return;
            series = _series.GetOrAdd(key, static key => MetricSeries.For(key.Item1));
        }
        series.Record(value);
    }

    private static string TypeOf(Instrument instrument) => MetricSeries.KindOf(instrument) switch
    {
        MetricKind.Sum => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    /// <summary>Dots become underscores, and a unit or _total is added as Prometheus has it.</summary>
    private static string NameOf(Instrument instrument)
    {
        StringBuilder name = new();
        foreach (char c in instrument.Name) name.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_');
        string unit = instrument.Unit switch
        {
            "s" => "_seconds", "By" => "_bytes", "ms" => "_milliseconds", "us" => "_microseconds", _ => "",
        };
        if (!name.ToString().EndsWith(unit, StringComparison.Ordinal)) name.Append(unit);
        if (TypeOf(instrument) == "counter" && !name.ToString().EndsWith("_total", StringComparison.Ordinal))
            name.Append("_total");
        return name.ToString();
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        StringBuilder labels = new();
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            string value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            string escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .ReplaceLineEndings("\\n");
            labels.Append(labels.Length == 0 ? "" : ",").Append(
                CultureInfo.InvariantCulture, $"{tag.Key.Replace('.', '_').Replace('-', '_')}=\"{escaped}\"");
        }
        return labels.ToString();
    }
}
