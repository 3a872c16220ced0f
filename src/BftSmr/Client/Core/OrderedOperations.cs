using System.Numerics;
using BftCloud.Primitives;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>
/// The ordered operations of a session.
/// <para>States of an operation: waiting (no number yet, nothing sent) → under way, fast (sent to the leader; f+1
/// repliers answer) → under way, to all (signed, sent to everybody; all answer) → over. The session: closed → opening →
/// open → closed again when f+1 replicas say it expired.</para>
/// <para>Invariants: numbers are given in order and without gaps, only while the session is open, and at most a window
/// ahead of the oldest operation that is not over; an operation is over only when f+1 replicas stated the same status
/// and digest, and the result has that digest; the body of a request never changes once it was sent, unless f+1
/// replicas refused it; a caller that was told "not executed" waited for an operation that was never sent, or that f+1
/// replicas refused.</para>
/// <para>The number of a refused operation is free: for the next operation if it is the newest, else, when it would be
/// sent again, for a request that does nothing.</para>
/// </summary>
internal sealed class OrderedOperations(
    ClientSettings settings, IKeyring keyring, ReplicaView view, AttemptPool attempts, ClientStatistics statistics)
{
    private readonly OrderedRequests _requests = new(settings, keyring, statistics);
    private readonly VoucherCount _vouchers = new(keyring, statistics);
    private readonly OperationRing _window = new(settings.SessionWindow);
    private readonly ByteRoom _room = new(settings);
    private readonly WaitingOperations _waiting = new();
    private readonly RetransmissionTimer _timer = new(settings);
    private readonly Caution _caution = new(settings);
    private SessionPhase _phase;
    private long _leaderGraceUntil;
    private long _roundEndMicros = long.MinValue;
    private int _roundBudget;
    private ClientOperation? _opening;

    public SessionId Session { get; private set; }

    /// <summary>Ask for one reply by all repliers rather than one of each.</summary>
    public bool WantsOneReply { get; set; }

    public bool IsOpen => _phase == SessionPhase.Open;

    public bool IsClosed => _phase == SessionPhase.Closed;

    /// <summary>Operations not sent yet.</summary>
    public int WaitingCount => _waiting.Count;

    public long NextDeadlineMicros
    {
        get
        {
            bool waits = _opening is not null || (_waiting.Count > 0 && IsOpen && HasRoom);
            long pump = waits && view.UpCount >= settings.Quorums.OneCorrect ? _leaderGraceUntil : long.MaxValue;
            if (_window.IsEmpty || view.Up == 0) return pump;
            long retransmit = Oldest.RetransmitMicros;
            return Math.Min(pump, _roundBudget > 0 ? retransmit : Math.Max(retransmit, _roundEndMicros));
        }
    }

    private Attempt Oldest => _window[_window.Oldest]!.Attempt!;

    private bool HasRoom => _window.HasRoom && _room.HasRoom;

    public void Open(SessionId session, long nowMicros, ClientEffectBuffer effects)
    {
        if (_phase != SessionPhase.Closed)
            throw new InvalidOperationException(
                $"{Session} is open; a session can be followed by another only when it has expired.");
        Session = session;
        _phase = SessionPhase.Opening;
        _leaderGraceUntil = nowMicros + settings.LeaderLinkGraceMicros;
        _opening = new ClientOperation(OperationKind.Open, default, long.MaxValue);
        Pump(nowMicros, effects);
    }

    public void Begin(ClientOperation operation, long nowMicros, ClientEffectBuffer effects)
    {
        _waiting.Enqueue(operation);
        Pump(nowMicros, effects);
    }

    public void Abandon(ClientOperation operation)
    {
        operation.Abandon();
        if (operation.Attempt is null) _waiting.Forget();
    }

    public void OnReply(ReplicaId from, Reply reply, long nowMicros, ClientEffectBuffer effects)
    {
        ClientOperation? operation = reply.Nonce == Session.Nonce ? _window[reply.Sequence] : null;
        if (operation?.Attempt is not { IsRefused: false } attempt)
        {
            statistics.LateReplies++;
            return;
        }
        if (reply.Status == ReplyStatus.NotPermitted && !OrderedRequests.IsRefused(attempt.Request!, reply))
        {
            statistics.LateReplies++; // of the request that had the number before
            return;
        }
        bool wholeExpected = attempt.ToAll || from == attempt.FullReplier;
        CastResult cast = attempt.Ballot.Cast(from, reply.Status, reply.IsDigest, reply.Result, wholeExpected);
        if (cast == CastResult.Changed && reply.Status != ReplyStatus.ReplyForgotten) statistics.ContradictoryReplies++;
        if (cast == CastResult.Duplicate) statistics.DuplicateReplies++;
        if (cast == CastResult.Malformed) statistics.MalformedReplies++;
        if (cast == CastResult.Malformed) return;
        bool isVouched = reply.Vouchers is { } vouchers && _vouchers.Count(vouchers, attempt, from, reply);
        if (cast == CastResult.Duplicate && !isVouched) return;

        ulong agreeing = attempt.Ballot.AgreeingWith(from);
        if (BitOperations.PopCount(agreeing) < settings.Quorums.OneCorrect)
        {
            // Only those that got it refuse it: f+1 refusals take all.
            if (reply.Status == ReplyStatus.NotPermitted && !attempt.ToAll) Resend(attempt, nowMicros, effects);
            return;
        }
        if (reply.Status == ReplyStatus.SessionExpired) Expire(effects);
        else if (reply.Status == ReplyStatus.NotPermitted) Refuse(operation, attempt, nowMicros, effects);
        else if (attempt.Ballot.TryGetResult(agreeing, out ReadOnlyMemory<byte> result))
        {
            bool wasResent = attempt.WasResent;
            Finish(operation, attempt, agreeing, reply.Status, result, nowMicros, effects);
            if (wasResent) ResendOverdue(nowMicros, effects);
            Pump(nowMicros, effects);
        }
        else if (!attempt.ToAll && (attempt.Ballot.Voters >> attempt.FullReplier.Value & 1) != 0)
        {
            // The one that was to send the result has answered without it: everybody else has it.
            view.Avoid(1ul << attempt.FullReplier.Value, nowMicros);
            Resend(attempt, nowMicros, effects);
        }
    }

    public void OnLinkUp(ReplicaId replica, long nowMicros, ClientEffectBuffer effects)
    {
        ulong bit = 1ul << replica.Value;
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence]?.Attempt is not { IsRefused: false } attempt || (attempt.SentTo & bit) != 0) continue;
            if (!attempt.ToAll && replica != view.Leader) continue;
            attempt.SentTo |= bit;
            effects.Send(replica, new Submit(attempt.Request!));
        }
        Pump(nowMicros, effects);
    }

    /// <summary>
    /// What went over the broken link, or was to come back over it, may be lost: it is sent again at once.
    /// </summary>
    public void OnLinkDown(ReplicaId replica, long nowMicros, ClientEffectBuffer effects)
    {
        ulong bit = 1ul << replica.Value;
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence]?.Attempt is not { IsRefused: false } attempt) continue;
            attempt.SentTo &= ~bit;
            bool awaited = (attempt.Asked & ~attempt.Ballot.Voters & bit) != 0;
            if (!attempt.ToAll && (awaited || replica == view.Leader)) Resend(attempt, nowMicros, effects);
        }
        Pump(nowMicros, effects);
    }

    /// <summary>What only the old leader has is given to the new one.</summary>
    public void OnLeaderChanged(long nowMicros, ClientEffectBuffer effects)
    {
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence]?.Attempt is not { ToAll: false, IsRefused: false } attempt) continue;
            if ((attempt.SentTo >> view.Leader.Value & 1) != 0) continue;
            if (!view.IsLeaderUp)
            {
                Resend(attempt, nowMicros, effects);
                continue;
            }
            attempt.ResentMicros = Math.Min(attempt.ResentMicros, nowMicros);
            attempt.RetransmitMicros = nowMicros + _timer.TimeoutMicros;
            SendTo(1ul << view.Leader.Value, attempt, effects);
        }
        Pump(nowMicros, effects);
    }

    public void Tick(long nowMicros, ClientEffectBuffer effects)
    {
        Pump(nowMicros, effects);
        if (_window.IsEmpty || Oldest.RetransmitMicros > nowMicros) return;
        if (nowMicros >= _roundEndMicros)
        {
            // The last round was in vain: the next one is longer.
            _timer.BackOff();
            _roundBudget = settings.RetransmissionWindow;
            _roundEndMicros = nowMicros + _timer.TimeoutMicros;
        }
        ResendOverdue(nowMicros, effects);
    }

    /// <summary>
    /// Settles operations whose deadline has passed, and returns the earliest deadline of the others.
    /// </summary>
    public long Expire(long nowMicros, ClientEffectBuffer effects)
    {
        long next = _waiting.Expire(nowMicros, effects);
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence] is not { IsSettled: false } operation) continue;
            if (operation.DeadlineMicros <= nowMicros)
                operation.Settle(UndecidedAs(OutcomeKind.TimedOut, operation), effects);
            else
                next = Math.Min(next, operation.DeadlineMicros);
        }
        return next;
    }

    /// <summary>No session can be had: fails what waits for one.</summary>
    public void FailWaiting(ClientEffectBuffer effects) => _waiting.SettleAll(OutcomeKind.SessionExpired, effects);

    public void Close(ClientEffectBuffer effects)
    {
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence] is not { } operation) continue;
            Remove(operation);
            if (operation.Kind != OperationKind.Open)
                operation.Settle(UndecidedAs(OutcomeKind.Closed, operation), effects);
        }
        _waiting.SettleAll(OutcomeKind.Closed, effects);
        _window.Clear();
        _opening = null;
        _phase = SessionPhase.Closed;
    }

    private void Pump(long nowMicros, ClientEffectBuffer effects)
    {
        if (IsClosed || view.UpCount < settings.Quorums.OneCorrect) return;
        if (!view.IsLeaderUp && !view.HasLeaderFailed && nowMicros < _leaderGraceUntil) return;
        if (_opening is { } opening)
        {
            _opening = null;
            Transmit(opening, nowMicros, effects);
        }
        while (IsOpen && HasRoom && _waiting.TryDequeue(out ClientOperation? operation))
            Transmit(operation, nowMicros, effects);
    }

    private void Transmit(ClientOperation operation, long nowMicros, ClientEffectBuffer effects)
    {
        bool fast = view.IsLeaderUp && !_caution.Applies(nowMicros);
        if (_window.IsEmpty) _roundBudget = settings.RetransmissionWindow;

        Attempt attempt = attempts.Rent();
        operation.Attempt = attempt;
        operation.Sequence = _window.Add(operation);
        _room.Enter(operation);
        int repliers = settings.Quorums.OneCorrect;
        ulong preferred = view.Preferred(repliers, nowMicros);
        attempt.FullReplier = view.PreferredTurn(repliers, operation.Sequence, nowMicros);
        attempt.Request = _requests.Create(
            Session, operation, preferred, attempt.FullReplier, _window.Next - _window.Oldest, fast, WantsOneReply);
        attempt.SentMicros = nowMicros;
        attempt.RetransmitMicros = nowMicros + _timer.TimeoutMicros;
        attempt.BeganFast = fast;
        attempt.ToAll = !fast;
        attempt.Asked = fast ? preferred : view.Everyone;
        SendTo(fast ? 1ul << view.Leader.Value : view.Everyone, attempt, effects);
    }

    // Its caller has its answer; numbers have no gaps, so it stays until nothing that was numbered later remains.
    private void Refuse(ClientOperation operation, Attempt attempt, long nowMicros, ClientEffectBuffer effects)
    {
        attempt.IsRefused = true;
        statistics.Completed++;
        operation.Settle(Outcomes.Of(ReplyStatus.NotPermitted, default, changesState: false), effects);
        while (!_window.IsEmpty && _window[_window.Next - 1] is { Attempt.IsRefused: true } newest)
        {
            _window.TakeBack();
            Release(newest);
        }
        Pump(nowMicros, effects);
    }

    // From the oldest on, as many as the round allows; more follow as these complete.
    private void ResendOverdue(long nowMicros, ClientEffectBuffer effects)
    {
        if (view.Up == 0) return;
        for (ulong sequence = _window.Oldest; sequence < _window.Next && _roundBudget > 0; sequence++)
        {
            if (_window[sequence]?.Attempt is not { } attempt || attempt.RetransmitMicros > nowMicros) continue;
            if (!attempt.ToAll) view.Avoid(Blamed(attempt), nowMicros);
            _roundBudget--;
            Resend(attempt, nowMicros, effects);
        }
    }

    /// <summary>
    /// If somebody answered it was executed: who was asked and did not answer is to blame, or who should have passed
    /// its word on. If nobody did, the leader may be to blame, or the one that was to answer for all.
    /// </summary>
    private static ulong Blamed(Attempt attempt) =>
        attempt.Ballot.Voters != 0 ? attempt.Asked & ~attempt.Ballot.Voters | attempt.Suspects
        : attempt.Request!.WantsOneReply ? 1ul << attempt.FullReplier.Value
        : 0;

    private void Resend(Attempt attempt, long nowMicros, ClientEffectBuffer effects)
    {
        if (attempt.IsRefused)
        {
            attempt.Request = OrderedRequests.FillerOf(attempt.Request!);
            attempt.Ballot.Clear();
            attempt.IsRefused = false;
        }
        attempt.Request = _requests.Signed(attempt.Request!);
        statistics.Retransmissions++;
        attempt.ToAll = true;
        attempt.Asked = view.Everyone;
        attempt.SentTo = 0;
        attempt.ResentMicros = Math.Min(attempt.ResentMicros, nowMicros);
        attempt.RetransmitMicros = nowMicros + _timer.TimeoutMicros;
        SendTo(view.Everyone, attempt, effects);
    }

    private void SendTo(ulong replicas, Attempt attempt, ClientEffectBuffer effects)
    {
        Submit submit = new(attempt.Request!);
        for (ulong rest = replicas & view.Up; rest != 0; rest &= rest - 1)
        {
            int replica = BitOperations.TrailingZeroCount(rest);
            attempt.SentTo |= 1ul << replica;
            effects.Send(new ReplicaId(replica), submit);
        }
    }

    private void Finish(
        ClientOperation operation, Attempt attempt, ulong agreeing, ReplyStatus status, ReadOnlyMemory<byte> result, long nowMicros, ClientEffectBuffer effects)
    {
        ulong dissenting = attempt.Ballot.Voters & ~agreeing;
        statistics.DissentingReplies += BitOperations.PopCount(dissenting);
        statistics.Completed++;
        view.Avoid(dissenting, nowMicros);
        _caution.Learn(attempt, nowMicros);
        if (!attempt.WasResent) _timer.Measure(nowMicros - attempt.SentMicros);
        else if (_roundBudget < settings.RetransmissionWindow) _roundBudget++;
        Remove(operation);
        _room.NoteReply(result.Length);
        if (operation.Kind == OperationKind.Open)
        {
            _phase = SessionPhase.Open;
            effects.Add(new SessionOpenedEffect(Session));
        }
        else if (status == ReplyStatus.ReplyForgotten && operation is { Kind: OperationKind.Query, IsSettled: false })
        {
            _waiting.PutBack([operation]); // it changed nothing: another one has another reply
        }
        else operation.Settle(Outcomes.Of(status, result, operation.Kind == OperationKind.Command), effects);
    }

    private void Expire(ClientEffectBuffer effects)
    {
        bool whileOpening = _phase == SessionPhase.Opening;
        statistics.SessionsExpired++;
        List<ClientOperation> again = [];
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence] is not { } operation) continue;
            Remove(operation);
            if (operation.Kind == OperationKind.Command)
                operation.Settle(
                    new OperationOutcome(OutcomeKind.SessionExpired, default, MayHaveExecuted: true), effects);
            else if (operation is { Kind: OperationKind.Query, IsSettled: false })
                again.Add(operation);
        }
        _window.Clear();
        _waiting.PutBack(again);
        _phase = SessionPhase.Closed;
        effects.Add(new SessionExpiredEffect(Session, whileOpening));
    }

    private void Remove(ClientOperation operation)
    {
        _window.Remove(operation.Sequence);
        Release(operation);
    }

    private void Release(ClientOperation operation)
    {
        _room.Leave(operation);
        attempts.Return(operation.Attempt!);
        operation.Attempt = null;
    }

    private static OperationOutcome UndecidedAs(OutcomeKind kind, ClientOperation sent) =>
        new(kind, default, MayHaveExecuted: sent.Kind == OperationKind.Command);

    private enum SessionPhase
    {
        Closed,
        Opening,
        Open,
    }
}
