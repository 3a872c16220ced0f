namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// How far one replica is relied on to check signatures for this one. One vain wait in so many is borne: a machine that
/// is busy causes as much. For those beyond it, what this replica was to check is checked here as well for a while. The
/// while is twice as long each time it happens again. So a checker that withholds its WRITEs on purpose soon costs the
/// others no more than a hundredth of their time, and one that was slow once costs little.
/// </summary>
internal sealed class CheckerTrust
{
    /// <summary>In so many waits one in vain is borne.</summary>
    private const int WaitsPerVain = 32;

    /// <summary>So many that are borne come together at most.</summary>
    private const int BorneMax = 4;

    /// <summary>An alert takes so many times as long as the wait that was in vain, at most.</summary>
    private const int AlertPatiencesMax = 128;

    /// <summary>After so many waits that were not in vain, alerts are half as long.</summary>
    private const int CalmAfter = 64;

    private int _credit = BorneMax * WaitsPerVain;
    private int _alertPatiences = 1;
    private int _inTime;

    /// <summary>Until when this replica is not relied on, monotonic microseconds.</summary>
    public long AlertUntilMicros { get; private set; } = long.MinValue;

    /// <summary>A wait for it was not in vain.</summary>
    public void NoteInTime()
    {
        _credit = Math.Min(_credit + 1, BorneMax * WaitsPerVain);
        if (++_inTime < CalmAfter) return;
        _inTime = 0;
        _alertPatiences = Math.Max(1, _alertPatiences / 2);
    }

    /// <summary>A wait of so long for it was in vain.</summary>
    public void NoteVain(long nowMicros, long patienceMicros)
    {
        if (nowMicros < AlertUntilMicros) return;
        _inTime = 0;
        if (_credit >= WaitsPerVain)
        {
            _credit -= WaitsPerVain;
            return;
        }
        AlertUntilMicros = nowMicros + _alertPatiences * patienceMicros;
        _alertPatiences = Math.Min(AlertPatiencesMax, 2 * _alertPatiences);
    }
}
