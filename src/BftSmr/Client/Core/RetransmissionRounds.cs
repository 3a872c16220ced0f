using BftCloud.Primitives;

namespace BftSmr.Client.Core;

/// <summary>
/// When ordered operations are sent again because of a timeout: so many in a round, and more as these complete.
/// Invariant: a round has no more than its budget.
/// </summary>
internal sealed class RetransmissionRounds(ClientSettings settings)
{
    private readonly RetransmissionTimer _timer = new(settings);
    private long _endMicros = long.MinValue;
    private int _budget;
    private ulong _executedBelow;

    public long TimeoutMicros => _timer.TimeoutMicros;

    public bool HasBudget => _budget > 0;

    /// <summary>When what is due at a time can be sent again.</summary>
    public long NextMicros(long dueMicros) => HasBudget ? dueMicros : Math.Max(dueMicros, _endMicros);

    /// <summary>Numbers begin again.</summary>
    public void BeginSession() => _executedBelow = 0;

    /// <summary>Nothing is under way: a round begins with the next operation.</summary>
    public void Reset() => _budget = settings.RetransmissionWindow;

    /// <summary>
    /// Something is due: a round begins if the last one is over, which was in vain. Then the next one is longer, unless
    /// the oldest operation was executed: then replicas are silent, and the timeout is long enough.
    /// </summary>
    public void Begin(Attempt oldest, long nowMicros)
    {
        if (nowMicros < _endMicros) return;
        if (oldest.ToAll || !oldest.SeemsExecuted) _timer.BackOff();
        _budget = settings.RetransmissionWindow;
        _endMicros = nowMicros + _timer.TimeoutMicros;
    }

    /// <summary>An operation is sent again.</summary>
    public void Take()
    {
        Invariant.Holds(HasBudget, "no more is sent again in a round than it allows");
        _budget--;
    }

    /// <summary>
    /// An operation is over: it tells how long one takes, or makes room for another one in the round.
    /// </summary>
    public void Complete(Attempt attempt, long nowMicros)
    {
        if (!attempt.WasResent) _timer.Measure(nowMicros - attempt.SentMicros);
        else if (_budget < settings.RetransmissionWindow) _budget++;
    }

    /// <summary>
    /// The operation of this number is over. Those of a session execute in order, so earlier ones were executed: they
    /// are due soon, as a replica that states nothing about them by then is silent.
    /// </summary>
    public void NoteExecuted(OperationRing window, ulong last, long nowMicros)
    {
        long soon = nowMicros + _timer.GraceMicros;
        for (ulong earlier = Math.Max(window.Oldest, _executedBelow); earlier < last; earlier++)
        {
            if (window[earlier]?.Attempt is not { ToAll: false, IsRefused: false } attempt) continue;
            attempt.IsExecuted = true;
            attempt.RetransmitMicros = Math.Min(attempt.RetransmitMicros, soon);
        }
        _executedBelow = Math.Max(_executedBelow, last);
    }
}
