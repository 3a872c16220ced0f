namespace BftSmr.Replication;

/// <summary>
/// When a leader proposes: at once when nothing is under way, else spaced so that about <see cref="Depth"/> instances share one consensus latency.
/// Batches so grow with the load, and the window fills on links with a long delay.
/// </summary>
internal sealed class BatchPacing
{
    private const int Depth = 4;
    private const long LatencyMicrosMax = 1_000_000;

    private long _latencyMicros = 1_000;
    private long _lastProposedMicros = long.MinValue / 2;

    /// <summary>When the next batch may be proposed while others are under way.</summary>
    public long NextMicros => _lastProposedMicros + _latencyMicros / Depth;

    public void NoteProposed(long nowMicros) => _lastProposedMicros = nowMicros;

    /// <summary>An own proposal was executed this long after it was made: moves the estimate by an eighth.</summary>
    public void NoteLatency(long micros) => _latencyMicros += (Math.Clamp(micros, 1, LatencyMicrosMax) - _latencyMicros) / 8;
}
