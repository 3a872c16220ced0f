using System.Text.Json;
using BftCloud.Common;
using BftCloud.Monitoring;

namespace BftCloud.Dashboard;

/// <summary>The page of a cluster, its parts, and the data it asks for.</summary>
internal sealed class DashboardPages(ClusterWatch watch, IReadOnlyCollection<string> hostNames)
{
    private const string Script = "text/javascript; charset=utf-8";
    private const string Style = "text/css; charset=utf-8";

    // Nothing from elsewhere, nothing inline, no frame around it.
    private const string Headers =
        "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'\r\n"
        + "Cross-Origin-Resource-Policy: same-origin\r\nReferrer-Policy: no-referrer\r\n";

    private static readonly Dictionary<string, MonitoringPage> Files = new(StringComparer.Ordinal)
    {
        ["/"] = new("text/html; charset=utf-8", EmbeddedFile.Read("dashboard.html")),
        ["/dashboard.css"] = new(Style, EmbeddedFile.Read("dashboard.css")),
        ["/dashboard.js"] = new(Script, EmbeddedFile.Read("dashboard.js")),
        ["/theme.css"] = new(Style, EmbeddedFile.Read("theme.css")),
        ["/charts.js"] = new(Script, EmbeddedFile.Read("charts.js")),
    };

    /// <summary>What is served.</summary>
    public MonitoringSite Site => new()
    {
        Open = OpenAsync,
        Paths = "/, /api/now and /api/history",
        AddressName = "address",
        Remedy = "Stop what uses it, or name another one with --listen.",
        HostNames = hostNames,
        Headers = Headers,
    };

    private ValueTask<MonitoringPage?> OpenAsync(string path, CancellationToken cancellationToken) =>
        ValueTask.FromResult(path switch
        {
            "/api/history" => Data(all: true),
            "/api/now" => Data(all: false),
            _ => Files.GetValueOrDefault(path),
        });

    private MonitoringPage Data(bool all) => new(
        "application/json",
        JsonSerializer.SerializeToUtf8Bytes(watch.View(all), DashboardJson.Default.DashboardView));
}
