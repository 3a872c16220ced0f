using BftCloud.Primitives;
using BftSmr.Core;

namespace BftSmr.Ordering.ModSmart.Synchronization;

/// <summary>
/// T: how long a leader may take, or a regency to open. It doubles with each change of regency in vain, and falls back
/// to its floor when something is executed. The floor is the base, unless that is too short for agreement here: two
/// leaders in a row under which things were executed, and which are given up all the same because something waited for
/// T, raise it by one doubling. It falls by one after it was calm for a hold, which doubles each time the fall turns
/// out to have been wrong. So where agreement takes longer than the base, changes of leader get rarer and rarer. One
/// faulty leader cannot raise the floor, and f of them, which lead f times in n regencies, raise it f times.
/// Invariant: T is the base times a power of two, from 1 to 64.
/// </summary>
internal sealed class RegencyTimeout(ReplicaContext context)
{
    private const int DoublingsMax = 6;
    private const int HoldTimeouts = 64;

    private int _vainChanges;
    private int _floor;
    private int _lateInARow;
    private int _hold = HoldTimeouts;
    private bool _hasFallen;
    private bool _hasProgress;
    private long _calmSinceMicros;

    /// <summary>T, microseconds.</summary>
    public long Micros => context.Settings.RequestTimeoutMicros << Doublings;

    private int Doublings => Math.Min(Math.Max(_vainChanges, _floor), DoublingsMax);

    /// <summary>Something was executed in this regency: it was not in vain.</summary>
    public void NoteProgress()
    {
        _vainChanges = 0;
        _hasProgress = true;
        if (_floor == 0 || context.Now.MonotonicMicros - _calmSinceMicros < _hold * Micros) return;
        _floor--;
        _lateInARow = 0;
        _hasFallen = true;
        _calmSinceMicros = context.Now.MonotonicMicros;
    }

    /// <summary>A regency was installed.</summary>
    /// <param name="wasLate">This replica gave up the leader before because something waited for T.</param>
    public void NoteChange(bool wasLate)
    {
        _lateInARow = wasLate && _hasProgress ? _lateInARow + 1 : 0;
        if (_lateInARow >= 2) Raise();
        _vainChanges++;
        _hasProgress = false;
        Invariant.Holds(Doublings is >= 0 and <= DoublingsMax, "T is at most 64 times its base");
    }

    private void Raise()
    {
        if (_hasFallen) _hold = Math.Min(2 * _hold, HoldTimeouts << DoublingsMax);
        _hasFallen = false;
        _floor = Math.Min(_floor + 1, DoublingsMax);
        _calmSinceMicros = context.Now.MonotonicMicros;
    }
}
