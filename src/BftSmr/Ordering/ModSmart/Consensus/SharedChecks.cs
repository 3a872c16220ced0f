using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// Which replicas check the signatures of a proposal, in mode <c>signed</c>, where checking is most of a replica's
/// work. f+1 WRITEs prove a value, so it is enough that its leader checks it and f others do, in turns by instance. The
/// rest wait for their WRITEs, and send theirs on the strength of those. A replica that waits in vain checks the value
/// itself, and everything from then on for a while. The while is twice as long each time it happens again. So a checker
/// that withholds its WRITEs on purpose soon costs the others no more than a hundredth of their time, and one that was
/// slow once costs little.
/// </summary>
internal sealed class SharedChecks(ReplicaContext context)
{
    /// <summary>How many times longer than usual others' WRITEs are waited for.</summary>
    private const int Patience = 4;

    private const long PatienceMicrosMin = 2_000;

    /// <summary>How many times as long as it waited in vain a replica checks everything itself, at most.</summary>
    private const int AlertPatiencesMax = 128;

    /// <summary>
    /// After so many values that others proved in time, with none waited for in vain, that is half as long.
    /// </summary>
    private const int CalmAfter = 64;

    private long _usualMicros = context.Settings.RequestTimeoutMicros / 64;
    private long _alertUntilMicros = long.MinValue;
    private int _alertPatiences = 1;
    private int _vouchedInTime;

    private long PatienceMicros =>
        Math.Clamp(Patience * _usualMicros, PatienceMicrosMin, context.Settings.RequestTimeoutMicros / 16);

    /// <summary>
    /// Until when a proposal's checks are left to others, monotonic microseconds; null if they are this replica's to do
    /// at once.
    /// </summary>
    public long? LeftToOthersUntil(Vote candidate, Instance number, Batch batch)
    {
        long now = context.Now.MonotonicMicros;
        bool isShared = context.Settings.Authentication == RequestAuthentication.Signed
            && batch.Requests.Count >= context.Settings.SharedChecksMin;
        return isShared
            && now >= _alertUntilMicros
            && !IsChecker(candidate.Regency, number) ? now + PatienceMicros : null;
    }

    /// <summary>
    /// Others sent WRITE for a value so long after its proposal came: moves the estimate by an eighth.
    /// </summary>
    public void NoteVouched(long micros)
    {
        Estimate(micros);
        if (++_vouchedInTime < CalmAfter) return;
        _vouchedInTime = 0;
        _alertPatiences = Math.Max(1, _alertPatiences / 2);
    }

    /// <summary>
    /// Others did not send WRITE in time for a value whose check was left to them. All may be slower than before.
    /// </summary>
    public void NoteVain()
    {
        if (context.Now.MonotonicMicros < _alertUntilMicros) return;
        _alertUntilMicros = context.Now.MonotonicMicros + _alertPatiences * PatienceMicros;
        _alertPatiences = Math.Min(AlertPatiencesMax, 2 * _alertPatiences);
        _vouchedInTime = 0;
        Estimate(PatienceMicros);
    }

    private void Estimate(long micros) =>
        _usualMicros += (Math.Clamp(micros, 0, context.Settings.RequestTimeoutMicros) - _usualMicros) / 8;

    /// <summary>
    /// Whether this replica is one of the f, from one that moves on with the instance, among those that do not lead.
    /// </summary>
    private bool IsChecker(Regency regency, Instance number)
    {
        int n = context.Quorums.Replicas, f = context.Quorums.Faulty;
        int place = (context.Self.Value - context.Quorums.LeaderOf(regency).Value - 1 + n) % n;
        long first = number.Value * f % (n - 1);
        return (place - first + (n - 1)) % (n - 1) < f;
    }
}
