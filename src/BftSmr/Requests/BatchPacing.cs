using BftSmr.Messages;

namespace BftSmr.Requests;

/// <summary>
/// When a leader proposes. Each instance costs the same messages for any size, so a batch waits a little for its
/// company: half of the sessions that were active lately, at most <see cref="GatherMicrosMax"/>. A lone client never
/// waits. While instances are under way, the next ones are spaced so that about <see cref="Depth"/> share one consensus
/// latency: batches grow with the load, and the window fills on links with a long delay. A batch whose requests cost
/// much more than its messages - large ones, and signed ones - has nothing to gain by waiting: it goes as soon as it is
/// heavy, and twice as many share a latency, so that replicas and clients work at the same time rather than in turns.
/// </summary>
internal sealed class BatchPacing
{
    private const int Depth = 4;
    private const int HeavyDepth = 8;
    private const long HeavyWeight = 32 << 10;
    private const int SignatureWeight = 1 << 10;
    private const long LatencyMicrosMax = 1_000_000;
    private const long GatherMicrosMax = 2_000;
    private const long EpochMicros = 25_000;

    private long _latencyMicros = 1_000;
    private long _lastProposedMicros = long.MinValue / 2;
    private long _waitingSinceMicros = long.MaxValue / 2;
    private long _epoch;
    private int _active;
    private int _activeBefore;

    /// <summary>The current period of counting active sessions; a session is counted once in each.</summary>
    public long EpochAt(long nowMicros)
    {
        long epoch = nowMicros / EpochMicros;
        if (epoch == _epoch) return epoch;
        _activeBefore = epoch == _epoch + 1 ? _active : 0;
        (_epoch, _active) = (epoch, 0);
        return epoch;
    }

    /// <summary>A session sent its first request of this epoch.</summary>
    public void NoteActive() => _active++;

    /// <summary>A request became ready to be proposed.</summary>
    public void NoteReady(long nowMicros) => _waitingSinceMicros = Math.Min(_waitingSinceMicros, nowMicros);

    /// <summary>What a request costs all replicas together, in bytes that cost as much.</summary>
    public static int WeightOf(Request request) => request.SizeBytes + (request.IsSigned ? SignatureWeight : 0);

    /// <summary>
    /// Whether requests of this weight cost much more than the messages of their instance, which may include flushes of
    /// disks.
    /// </summary>
    public static bool IsHeavy(long weight, Durability durability) =>
        weight >= HeavyWeight && durability != Durability.Votes;

    /// <summary>
    /// When the requests that are ready may be proposed if no other comes before: a time that has passed, if at once.
    /// </summary>
    public long NextMicros(int ready, bool isHeavy, bool isIdle)
    {
        bool isGathered = isHeavy || ready >= Math.Max(_active, _activeBefore) / 2;
        long gathered = isGathered ? _lastProposedMicros : _waitingSinceMicros + GatherMicrosMax;
        return isIdle
            ? gathered
            : Math.Max(gathered, _lastProposedMicros + _latencyMicros / (isHeavy ? HeavyDepth : Depth));
    }

    /// <summary>A batch was proposed; <paramref name="left"/> requests did not fit.</summary>
    public void NoteProposed(long nowMicros, int left)
    {
        _lastProposedMicros = nowMicros;
        _waitingSinceMicros = left > 0 ? nowMicros : long.MaxValue / 2;
    }

    /// <summary>An own proposal was executed this long after it was made: moves the estimate by an eighth.</summary>
    public void NoteLatency(long micros) =>
        _latencyMicros += (Math.Clamp(micros, 1, LatencyMicrosMax) - _latencyMicros) / 8;
}
