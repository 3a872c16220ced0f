using BftCloud.Primitives;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>
/// The ordered operations of a session.
/// <para>States of an operation: waiting (no number yet, nothing sent) → under way, fast (sent to the leader; f+1
/// repliers answer) → under way, to all (signed, sent to all replicas; all answer) → over. The session: closed →
/// opening → open → closed again when f+1 replicas say it expired.</para>
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
    private readonly RetransmissionRounds _rounds = new(settings);
    private readonly Caution _caution = new(settings);
    private SessionPhase _phase;
    private long _leaderGraceUntil;
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
            if (_window.IsEmpty || view.Up.IsEmpty) return pump;
            return Math.Min(pump, _rounds.NextMicros(Oldest.RetransmitMicros));
        }
    }

    private Attempt Oldest => _window[_window.Oldest]!.Attempt!;

    private bool HasRoom => _window.HasRoom && _room.HasRoom;

    public void Open(SessionId session, long nowMicros, ClientEffectBuffer effects)
    {
        if (_phase != SessionPhase.Closed)
            throw new InvalidOperationException(
                $"{Session} is open; a session can be followed by another only when it has expired.");
        Invariant.Holds(_window.IsEmpty && _room.IsEmpty, "a session begins with nothing under way");
        Session = session;
        _phase = SessionPhase.Opening;
        _rounds.BeginSession();
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
        bool wholeExpected = attempt.ToAll || from == attempt.FullReplier
            || (operation.Kind == OperationKind.Query && reply.Result.Length <= Request.WholeQueryBytesMax);
        CastResult cast = attempt.Ballot.Cast(from, reply.Status, reply.IsDigest, reply.Result, wholeExpected);
        if (cast == CastResult.Changed && reply.Status != ReplyStatus.ReplyForgotten) statistics.ContradictoryReplies++;
        if (cast == CastResult.Duplicate) statistics.DuplicateReplies++;
        if (cast == CastResult.Malformed) statistics.MalformedReplies++;
        if (cast == CastResult.Malformed) return;
        bool isVouched = reply.Vouchers is { } vouchers && _vouchers.Count(vouchers, attempt, from, reply);
        if (cast == CastResult.Duplicate && !isVouched) return;

        ReplicaSet agreeing = attempt.Ballot.AgreeingWith(from);
        if (agreeing.Count < settings.Quorums.OneCorrect)
        {
            // Only those that got it refuse it: f+1 refusals take all.
            if (reply.Status == ReplyStatus.NotPermitted && !attempt.ToAll) Resend(attempt, nowMicros, effects);
            return;
        }
        if (reply.Status == ReplyStatus.SessionExpired) Expire(Outcomes.FirstFreeOf(attempt.Ballot, agreeing), effects);
        else if (reply.Status == ReplyStatus.NotPermitted) Refuse(operation, attempt, nowMicros, effects);
        else if (attempt.Ballot.TryGetResult(agreeing, out ReadOnlyMemory<byte> result))
        {
            bool wasResent = attempt.WasResent;
            Finish(operation, attempt, agreeing, reply.Status, result, nowMicros, effects);
            if (wasResent) ResendOverdue(nowMicros, effects);
            Pump(nowMicros, effects);
        }
        else if (!attempt.ToAll && attempt.Ballot.Voters.Contains(attempt.FullReplier))
        {
            // The full replier has answered without the result: the other replicas have it.
            view.Avoid(ReplicaSet.Of(attempt.FullReplier), nowMicros);
            Resend(attempt, nowMicros, effects);
        }
    }

    public void OnLinkUp(ReplicaId replica, long nowMicros, ClientEffectBuffer effects)
    {
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence]?.Attempt is not { IsRefused: false } attempt) continue;
            if (attempt.SentTo.Contains(replica)) continue;
            if (!attempt.ToAll && replica != view.Leader) continue;
            attempt.SentTo = attempt.SentTo.With(replica);
            effects.Send(replica, new Submit(attempt.Request!));
        }
        Pump(nowMicros, effects);
    }

    /// <summary>
    /// What went over the broken link, or was to come back over it, may be lost: it is sent again at once.
    /// </summary>
    public void OnLinkDown(ReplicaId replica, long nowMicros, ClientEffectBuffer effects)
    {
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence]?.Attempt is not { IsRefused: false } attempt) continue;
            attempt.SentTo = attempt.SentTo.Without(replica);
            bool awaited = attempt.Asked.Contains(replica) && !attempt.Ballot.Voters.Contains(replica);
            if (!attempt.ToAll && (awaited || replica == view.Leader)) Resend(attempt, nowMicros, effects);
        }
        Pump(nowMicros, effects);
    }

    /// <summary>The new leader gets the requests that only the old one has.</summary>
    public void OnLeaderChanged(long nowMicros, ClientEffectBuffer effects)
    {
        for (ulong sequence = _window.Oldest; sequence < _window.Next; sequence++)
        {
            if (_window[sequence]?.Attempt is not { ToAll: false, IsRefused: false } attempt) continue;
            if (attempt.SentTo.Contains(view.Leader)) continue;
            if (!view.IsLeaderUp)
            {
                Resend(attempt, nowMicros, effects);
                continue;
            }
            attempt.ResentMicros = Math.Min(attempt.ResentMicros, nowMicros);
            attempt.RetransmitMicros = nowMicros + _rounds.TimeoutMicros;
            SendTo(ReplicaSet.Of(view.Leader), attempt, effects);
        }
        Pump(nowMicros, effects);
    }

    public void Tick(long nowMicros, ClientEffectBuffer effects)
    {
        Pump(nowMicros, effects);
        if (_window.IsEmpty || Oldest.RetransmitMicros > nowMicros) return;
        _rounds.Begin(Oldest, nowMicros);
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
        Invariant.Holds(_window.IsEmpty && _room.IsEmpty, "a client ends with nothing under way");
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
        Invariant.Holds(
            IsOpen || operation.Kind == OperationKind.Open, "an operation is sent in an open session, or opens it");
        Invariant.Holds(
            operation is { Attempt: null, IsSettled: false }, "what is sent is not under way, and its caller waits");
        bool fast = view.IsLeaderUp && !_caution.Applies(nowMicros);
        if (_window.IsEmpty) _rounds.Reset();

        Attempt attempt = attempts.Rent();
        operation.Attempt = attempt;
        operation.Sequence = _window.Add(operation);
        _room.Enter(operation);
        int repliers = settings.Quorums.OneCorrect;
        ReplicaSet preferred = view.Choose(repliers, operation.Sequence, nowMicros, out ReplicaId full);
        attempt.FullReplier = full;
        attempt.Request = _requests.Create(
            Session, operation, preferred, attempt.FullReplier, _window.Next - _window.Oldest, fast, WantsOneReply);
        attempt.SentMicros = nowMicros;
        attempt.RetransmitMicros = nowMicros + _rounds.TimeoutMicros;
        attempt.BeganFast = fast;
        attempt.ToAll = !fast;
        attempt.Asked = fast ? preferred : view.Everyone;
        Invariant.Holds(
            preferred.Contains(attempt.FullReplier) && preferred.IsSubsetOf(attempt.Asked),
            "the repliers are among those that are asked, the full replier is one of them");
        SendTo(fast ? ReplicaSet.Of(view.Leader) : view.Everyone, attempt, effects);
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
        if (view.Up.IsEmpty) return;
        for (ulong sequence = _window.Oldest; sequence < _window.Next && _rounds.HasBudget; sequence++)
        {
            if (_window[sequence]?.Attempt is not { } attempt || attempt.RetransmitMicros > nowMicros) continue;
            if (!attempt.ToAll) view.Blame(attempt.Missing, attempt.Blamed, nowMicros);
            _rounds.Take();
            Resend(attempt, nowMicros, effects);
        }
    }

    private void Resend(Attempt attempt, long nowMicros, ClientEffectBuffer effects)
    {
        if (attempt.IsRefused)
        {
            attempt.Request = OrderedRequests.FillerOf(attempt.Request!);
            attempt.Ballot.Clear();
            attempt.IsRefused = false;
        }
        Request request = attempt.Request!;
        attempt.Request = _requests.Signed(request);
        Invariant.Holds(
            attempt.Request.Digest == request.Digest && attempt.Request.IsSigned,
            "a request that is sent again has the body that was sent, and is signed");
        statistics.Retransmissions++;
        if (!attempt.ToAll) attempt.VotersBefore = attempt.Ballot.Voters;
        attempt.ToAll = true;
        attempt.Asked = view.Everyone;
        attempt.SentTo = ReplicaSet.Empty;
        attempt.ResentMicros = Math.Min(attempt.ResentMicros, nowMicros);
        attempt.RetransmitMicros = nowMicros + _rounds.TimeoutMicros;
        SendTo(view.Everyone, attempt, effects);
    }

    private void SendTo(ReplicaSet replicas, Attempt attempt, ClientEffectBuffer effects)
    {
        Submit submit = new(attempt.Request!);
        ReplicaSet reached = replicas.Intersect(view.Up);
        attempt.SentTo = attempt.SentTo.Union(reached);
        foreach (ReplicaId replica in reached) effects.Send(replica, submit);
    }

    private void Finish(
        ClientOperation operation, Attempt attempt, ReplicaSet agreeing, ReplyStatus status,
        ReadOnlyMemory<byte> result, long nowMicros, ClientEffectBuffer effects)
    {
        Invariant.Holds(
            agreeing.Count >= settings.Quorums.OneCorrect && agreeing.IsSubsetOf(attempt.Ballot.Voters),
            "an operation is over only when f+1 replicas stated the same");
        ReplicaSet dissenting = attempt.Ballot.Voters.Except(agreeing);
        statistics.DissentingReplies += dissenting.Count;
        statistics.Completed++;
        view.Avoid(dissenting, nowMicros);
        view.Trust(agreeing, attempt.SentMicros);
        _caution.Learn(attempt, agreeing, nowMicros);
        _rounds.Complete(attempt, nowMicros);
        Remove(operation);
        _rounds.NoteExecuted(_window, operation.Sequence, nowMicros);
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

    private void Expire(ulong firstFree, ClientEffectBuffer effects)
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
        Invariant.Holds(_window.IsEmpty && _room.IsEmpty, "a session ends with nothing under way");
        _window.Clear();
        _waiting.PutBack(again);
        _phase = SessionPhase.Closed;
        effects.Add(new SessionExpiredEffect(Session, whileOpening, firstFree));
    }

    private void Remove(ClientOperation operation)
    {
        Invariant.Holds(
            ReferenceEquals(_window[operation.Sequence], operation) && operation.Attempt is not null,
            "an operation that leaves the window was under way in it");
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
}
