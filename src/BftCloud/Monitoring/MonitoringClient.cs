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

    /// <summary>Whether the replica is there and says that it is well.</summary>
    public async Task<bool> IsHealthyAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(
                new Uri($"http://{address}/healthz"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>
    /// What the replica says of itself; null if it cannot be reached, or says something that is no report.
    /// </summary>
    /// <param name="address">Its metrics address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="withStateDigest">With the digest of its state. It does nothing else while it computes that.</param>
    public async Task<ReplicaReport?> TryGetStatusAsync(
        string address, CancellationToken cancellationToken, bool withStateDigest = true)
    {
        string path = withStateDigest ? "status/digest" : "status";
        try
        {
            byte[] json = await _http.GetByteArrayAsync(new Uri($"http://{address}/{path}"), cancellationToken);
            ReplicaReport? report = JsonSerializer.Deserialize(json, MonitoringJson.Default.ReplicaReport);
            return report is not null && IsWellFormed(report) ? report : null;
        }
        catch (Exception e) when (IsUnreachable(e, cancellationToken) || e is JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A faulty replica may say anything: what is shown must be shaped as is promised.</summary>
    private static bool IsWellFormed(ReplicaReport report) =>
        report is { Rejected: not null, Peers: not null }
        && double.IsFinite(report.UptimeSeconds) && double.IsFinite(report.LedSeconds)
        && double.IsFinite(report.Usage?.CpuSeconds ?? 0)
        && report.NotReady is null or { Length: <= NotReadyMax }
        && (report.StateDigest is not { } digest
            || (digest.Length == 2 * Digest.Size && digest.All(char.IsAsciiHexDigitLower)));

    private static bool IsUnreachable(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException
        || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested);
}
