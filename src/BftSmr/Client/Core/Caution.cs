using BftCloud.Primitives;

namespace BftSmr.Client.Core;

/// <summary>
/// Decides when the fast path (to the leader only, unsigned in mode <c>mac</c>) is not worth trying: when the leader
/// ignores this client, or the replicas want it to sign after an incident, every operation would wait for its
/// retransmission. A slow cluster must not look like that, as signatures would slow it further: a round counts only if
/// the retransmission helped much sooner than the fast path had had time to.
/// </summary>
internal sealed class Caution(ClientSettings settings)
{
    private int _vainRounds;
    private long _lastVainMicros = long.MinValue;
    private long _untilMicros = long.MinValue;
    private long _periodMicros = settings.CautionMinMicros;

    /// <summary>Whether to sign and send to all replicas from the start.</summary>
    public bool Applies(long nowMicros) => nowMicros < _untilMicros;

    /// <summary>An operation completed.</summary>
    /// <param name="attempt">How it was sent.</param>
    /// <param name="agreeing">The replicas that stated its outcome.</param>
    /// <param name="nowMicros">The time.</param>
    public void Learn(Attempt attempt, ReplicaSet agreeing, long nowMicros)
    {
        if (!attempt.BeganFast) return;
        if (!attempt.WasResent)
        {
            _vainRounds = 0;
            _periodMicros = settings.CautionMinMicros;
            return;
        }
        // The first sending was executed, and a replier was silent.
        if (attempt.IsExecuted || !attempt.VotersBefore.Intersect(agreeing).IsEmpty) return;
        bool resendingHelped = nowMicros - attempt.ResentMicros < (attempt.ResentMicros - attempt.SentMicros) / 2;
        bool newRound = attempt.SentMicros >= _lastVainMicros;
        if (!resendingHelped || !newRound) return;
        _lastVainMicros = nowMicros;
        if (++_vainRounds < settings.VainRoundsBeforeCaution) return;
        _untilMicros = nowMicros + _periodMicros;
        _periodMicros = Math.Min(2 * _periodMicros, settings.CautionMaxMicros);
        _vainRounds--;
    }
}
