using System.Text.Json;
using BftCloud.Common;
using BftCloud.Primitives;

namespace BftCloud.Monitoring;

/// <summary>Asks replicas over their metrics addresses.</summary>
internal sealed class MonitoringClient : IDisposable
{
    private readonly HttpClient _http = new()
    {
        Timeout = TimeSpan.FromSeconds(3), MaxResponseContentBufferSize = 1 << 20,
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
    /// What the replica says of itself, with the digest of its state; null if it cannot be reached, or says something
    /// that is no report.
    /// </summary>
    public async Task<ReplicaReport?> TryGetStatusAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            byte[] json = await _http.GetByteArrayAsync(new Uri($"http://{address}/status/digest"), cancellationToken);
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
        && (report.StateDigest is not { } digest
            || (digest.Length == 2 * Digest.Size && digest.All(char.IsAsciiHexDigitLower)));

    private static bool IsUnreachable(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException
        || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested);
}
