using System.Diagnostics;
using BftCloud.Monitoring;

namespace BftCloud.Dashboard;

/// <summary>
/// Asks one replica again and again, one question at a time. A replica that hangs is asked less often, and delays no
/// other.
/// </summary>
internal sealed class ReplicaPoll(string? address, MonitoringClient client)
{
    /// <summary>For how long an answer counts while the next one is waited for.</summary>
    public static readonly TimeSpan AnswerAgeMax = TimeSpan.FromSeconds(2);

    private ReplicaAnswer? _latest;
    private (StartReport Report, long At)? _start;
    private Task _asking = Task.CompletedTask;

    /// <summary>Whether it has an address to ask.</summary>
    public bool IsWatched => address is not null;

    /// <summary>What the replica last said; null if it does not answer.</summary>
    public ReplicaAnswer? Latest =>
        _latest is { } latest && Stopwatch.GetElapsedTime(latest.At) <= AnswerAgeMax ? latest : null;

    /// <summary>What it last said while it starts; null if it does not start, or does not answer.</summary>
    public StartReport? Starting =>
        Latest is null && _start is { } start && Stopwatch.GetElapsedTime(start.At) <= AnswerAgeMax
            ? start.Report
            : null;

    /// <summary>Begins to ask, unless the last question is still open. Completes with the answer.</summary>
    public Task AskAsync(CancellationToken cancellationToken)
    {
        if (address is null) return Task.CompletedTask;
        if (_asking.IsCompleted) _asking = AskOnceAsync(address, cancellationToken);
        return _asking;
    }

    /// <summary>
    /// The replica's words with the digest of its state. It does nothing else while it computes that.
    /// </summary>
    public Task<ReplicaReport?> AskDigestAsync(CancellationToken cancellationToken) =>
        address is null
            ? Task.FromResult<ReplicaReport?>(null)
            : client.TryGetStatusAsync(address, cancellationToken);

    private async Task AskOnceAsync(string to, CancellationToken cancellationToken)
    {
        ReplicaLook look = await client.LookAsync(to, cancellationToken);
        long now = Stopwatch.GetTimestamp();
        _latest = look.Report is null ? null : new ReplicaAnswer(look.Report, now);
        _start = look.Start is null ? null : (look.Start, now);
    }
}

/// <summary>What a replica said.</summary>
/// <param name="Report">Its words.</param>
/// <param name="At">When, a timestamp of <see cref="Stopwatch"/>.</param>
internal sealed record ReplicaAnswer(ReplicaReport Report, long At);
