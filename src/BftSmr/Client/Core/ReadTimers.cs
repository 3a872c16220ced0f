using BftCloud.Primitives;

namespace BftSmr.Client.Core;

/// <summary>
/// The timeouts of unordered reads. A relayed one takes two messages more than one that each replica answers itself, so
/// it has a timeout of its own: over a long distance every relay would seem to be silent otherwise. It is longer by
/// half, so that a relay that lacks a reply share says so first, and is not blamed for it.
/// </summary>
internal sealed class ReadTimers(ClientSettings settings)
{
    private readonly RetransmissionTimer _direct = new(settings), _relayed = new(settings);
    private long _directBackedOffMicros = long.MinValue, _relayedBackedOffMicros = long.MinValue;

    /// <summary>How long a sending of this read may take.</summary>
    public long TimeoutOf(Attempt attempt) =>
        IsRelayed(attempt) ? _relayed.TimeoutMicros * 3 / 2 : _direct.TimeoutMicros;

    /// <summary>A read is over, by an answer of this replica.</summary>
    public void Measure(Attempt attempt, ReplicaId from, long nowMicros)
    {
        if (attempt.RoundTripOf(from, nowMicros) is not { } roundTrip) return;
        if (!IsRelayed(attempt)) _direct.Measure(roundTrip);
        else if (from == attempt.FullReplier) _relayed.Measure(roundTrip);
    }

    /// <summary>
    /// Nothing came in time. Reads that were sent with one timeout are one round: it is doubled once. If some have
    /// answered the others are silent, and the timeout is long enough.
    /// </summary>
    public void BackOff(Attempt expired, long nowMicros)
    {
        if (!expired.Ballot.Voters.IsEmpty) return;
        bool isRelayed = IsRelayed(expired);
        ref long backedOffMicros = ref isRelayed ? ref _relayedBackedOffMicros : ref _directBackedOffMicros;
        if ((expired.WasResent ? expired.ResentMicros : expired.SentMicros) < backedOffMicros) return;
        (isRelayed ? _relayed : _direct).BackOff();
        backedOffMicros = nowMicros;
    }

    private static bool IsRelayed(Attempt attempt) => attempt is { IsRelayed: true, ToAll: false };
}
