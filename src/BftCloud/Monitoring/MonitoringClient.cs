using System.Net;
using System.Text.Json;
using BftCloud.Common;
using BftCloud.Primitives;

namespace BftCloud.Monitoring;

/// <summary>Asks replicas over their metrics addresses.</summary>
/// <param name="patience">How long an answer may take; null: 3 seconds.</param>
internal sealed class MonitoringClient(TimeSpan? patience = null) : IDisposable
{
    private const int NotReadyMax = 200;

    private readonly HttpClient _http = new()
    {
        Timeout = patience ?? TimeSpan.FromSeconds(3), MaxResponseContentBufferSize = 1 << 20,
    };

    /// <summary>
    /// What the replica says of itself; null if it cannot be reached, still starts, or says something that is no
    /// report.
    /// </summary>
    /// <param name="address">Its metrics address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="withStateDigest">With the digest of its state. It does nothing else while it computes that.</param>
    public async Task<ReplicaReport?> TryGetStatusAsync(
        string address, CancellationToken cancellationToken, bool withStateDigest = true) =>
        (await LookAsync(address, cancellationToken, withStateDigest)).Report;

    /// <summary>The same, and how far it is if it still starts.</summary>
    public async Task<ReplicaLook> LookAsync(
        string address, CancellationToken cancellationToken, bool withStateDigest = false)
    {
        string path = withStateDigest ? "status/digest" : "status";
        try
        {
            using HttpResponseMessage response =
                await _http.GetAsync(new Uri($"http://{address}/{path}"), cancellationToken);
            byte[] json = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                ReplicaReport? report = JsonSerializer.Deserialize(json, MonitoringJson.Default.ReplicaReport);
                return report is not null && IsWellFormed(report) ? new ReplicaLook(report, null) : ReplicaLook.None;
            }
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable) return ReplicaLook.None;
            StartReport? start = JsonSerializer.Deserialize(json, MonitoringJson.Default.StartReport);
            return start?.Progress is { IsWellFormed: true } ? new ReplicaLook(null, start) : ReplicaLook.None;
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken) || e is JsonException)
        {
            return ReplicaLook.None;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A faulty replica may say anything: what is shown must be shaped as is promised.</summary>
    private static bool IsWellFormed(ReplicaReport report) =>
        report is { Rejected: not null, Peers: not null } && report.Progress is null or { IsWellFormed: true }
        && double.IsFinite(report.UptimeSeconds) && double.IsFinite(report.LedSeconds)
        && double.IsFinite(report.Usage?.CpuSeconds ?? 0)
        && report.NotReady is null or { Length: <= NotReadyMax }
        && (report.StateDigest is not { } digest
            || (digest.Length == 2 * Digest.Size && digest.All(char.IsAsciiHexDigitLower)));

    private static bool IsUnreachable(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException
        || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested);
}
