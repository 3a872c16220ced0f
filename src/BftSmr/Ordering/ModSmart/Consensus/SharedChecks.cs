using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// Which replicas check the signatures of a proposal, in mode <c>signed</c>, where checking is most of a replica's
/// work. f+1 WRITEs prove a value, so it is enough that its leader checks it and f others do, in turns by instance. The
/// rest wait for their WRITEs, and send theirs on the strength of those. A replica that waits in vain checks the value
/// itself, and holds that against those whose WRITEs it lacks (<see cref="CheckerTrust"/>).
/// </summary>
internal sealed class SharedChecks
{
    /// <summary>How many times longer than usual others' WRITEs are waited for.</summary>
    private const int Patience = 4;

    private const long PatienceMicrosMin = 2_000;

    private readonly ReplicaContext _context;
    private readonly CheckerTrust[] _trust;
    private long _usualMicros;

    public SharedChecks(ReplicaContext context)
    {
        _context = context;
        _trust = [.. Enumerable.Range(0, context.Quorums.Replicas).Select(static _ => new CheckerTrust())];
        _usualMicros = context.Settings.RequestTimeoutMicros / 64;
    }

    private long PatienceMicros =>
        Math.Clamp(Patience * _usualMicros, PatienceMicrosMin, _context.Settings.RequestTimeoutMicros / 16);

    /// <summary>
    /// Until when a proposal's checks are left to others, monotonic microseconds; null if they are this replica's to do
    /// at once.
    /// </summary>
    public long? LeftToOthersUntil(Vote candidate, Instance number, Batch batch)
    {
        bool isShared = _context.Settings.Authentication == RequestAuthentication.Signed
            && batch.Requests.Count >= _context.Settings.SharedChecksMin;
        if (!isShared) return null;
        long now = _context.Now.MonotonicMicros;
        ReplicaSet checkers = CheckersOf(candidate.Regency, number);
        if (checkers.Contains(_context.Self)) return null;
        foreach (ReplicaId checker in checkers)
        {
            if (now < _trust[checker.Value].AlertUntilMicros) return null;
        }
        return now + PatienceMicros;
    }

    /// <summary>
    /// Others sent WRITE for a value so long after its proposal came: moves the estimate by an eighth.
    /// </summary>
    public void NoteVouched(Vote candidate, Instance number, long micros)
    {
        Estimate(micros);
        foreach (ReplicaId checker in CheckersOf(candidate.Regency, number)) _trust[checker.Value].NoteInTime();
    }

    /// <summary>
    /// Others did not send WRITE in time for a value whose check was left to them; <paramref name="writers"/> did. All
    /// may be slower than before.
    /// </summary>
    public void NoteVain(Vote candidate, Instance number, ReplicaSet writers)
    {
        long now = _context.Now.MonotonicMicros, patience = PatienceMicros;
        Estimate(patience);
        foreach (ReplicaId checker in CheckersOf(candidate.Regency, number).Except(writers))
            _trust[checker.Value].NoteVain(now, patience);
    }

    private void Estimate(long micros) =>
        _usualMicros += (Math.Clamp(micros, 0, _context.Settings.RequestTimeoutMicros) - _usualMicros) / 8;

    /// <summary>
    /// The leader, and f of the others: those from one that moves on with the instance, in their order after the
    /// leader.
    /// </summary>
    private ReplicaSet CheckersOf(Regency regency, Instance number)
    {
        int n = _context.Quorums.Replicas, f = _context.Quorums.Faulty;
        ReplicaId leader = _context.Quorums.LeaderOf(regency);
        long first = number.Value * f % (n - 1);
        ReplicaSet checkers = ReplicaSet.Of(leader);
        for (long place = first; place < first + f; place++)
            checkers = checkers.With(new ReplicaId((int)((leader.Value + 1 + place % (n - 1)) % n)));
        return checkers;
    }
}
