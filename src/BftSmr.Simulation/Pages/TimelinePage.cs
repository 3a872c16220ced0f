using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>
/// Draws a simulation as one HTML page that needs nothing else: a space-time diagram with the story beside it.
/// </summary>
public static class TimelinePage
{
    /// <summary>The page of a report that was made with <see cref="SimulationOptions.RecordsTimeline"/>.</summary>
    /// <exception cref="ArgumentException">The report has no timeline.</exception>
    public static string Render(SimulationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Timeline timeline = report.Timeline ?? throw new ArgumentException(
            $"The report has no timeline: simulate with {nameof(SimulationOptions.RecordsTimeline)}.", nameof(report));
        using Stream template = typeof(TimelinePage).Assembly.GetManifestResourceStream("TimelinePage.html")!;
        using StreamReader reader = new(template, Encoding.UTF8);
        string verdict = report.Violation is { } v
            ? string.Create(CultureInfo.InvariantCulture, $"{v.Promise} at {v.AtMicros / 1e6:F3} s: {v.Description}")
            : "every promise was kept";
        string summary = string.Create(CultureInfo.InvariantCulture,
            $"{report.Replicas} replicas · {report.VirtualMicros / 1e6:F2} s of virtual time · "
            + $"{report.Acknowledged} of {report.Operations} operations acknowledged · {report.Instances} instances · "
            + $"regency {report.Regency} · {report.Messages:N0} messages · trace {report.TraceHash:x16}");
        string faults = string.Join(" · ", report.Faults.Select(
            static f => string.Create(CultureInfo.InvariantCulture, $"{f.Value:N0} {f.Key}")));
        // The encoder of JavaScriptEncoder.Default escapes < and &, so nothing in the data ends the script.
        return reader.ReadToEnd()
            .Replace("{{title}}", HtmlEncoder.Default.Encode($"seed {report.Seed}"), StringComparison.Ordinal)
            .Replace(
                "{{verdict}}", HtmlEncoder.Default.Encode(verdict.Length > 400 ? verdict[..400] + "…" : verdict),
                StringComparison.Ordinal)
            .Replace("{{class}}", report.Passed ? "kept" : "broken", StringComparison.Ordinal)
            .Replace("{{summary}}", HtmlEncoder.Default.Encode(summary), StringComparison.Ordinal)
            .Replace("{{faults}}", HtmlEncoder.Default.Encode(faults), StringComparison.Ordinal)
            .Replace(
                "{{data}}", JsonSerializer.Serialize(timeline, TimelineJson.Default.Timeline),
                StringComparison.Ordinal);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Timeline))]
internal sealed partial class TimelineJson : JsonSerializerContext;
