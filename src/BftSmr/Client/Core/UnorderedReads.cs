using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>
/// Unordered reads.
/// <para>States of a read: waiting (for a session and q links) → narrow (q preferred replicas asked, one of them for
/// the whole result; or that one for the reply shares of all) → wide (all asked for the whole result, once: the first
/// answers disagreed, did not come in time, or lacked the result) → over, or handed on as an ordered query.</para>
/// <para>Invariants: a read is over only when q replicas gave the same status and digest to this read, and the result
/// has that digest; every read leaves this table after two timeouts at the latest.</para>
/// </summary>
internal sealed class UnorderedReads(
    ClientSettings settings, IKeyring keyring, ReplicaView view, AttemptPool attempts, ClientStatistics statistics,
    OrderedOperations ordered)
{
    private readonly OperationRing _reads = new(settings.ReadsMax);
    private readonly ByteRoom _room = new(settings);
    private readonly WaitingOperations _waiting = new();
    private readonly ReadTimers _timers = new(settings);
    private long _dueMicros = long.MaxValue;
    private ulong _nonce;
    private bool _attached;

    /// <summary>Whether one replica is asked for the reply shares of all.</summary>
    public bool WantsRelayed { get; set; }

    /// <summary>Reads not sent yet.</summary>
    public int WaitingCount => _waiting.Count;

    public long NextDeadlineMicros =>
        CanSend && _waiting.Count > 0 ? long.MinValue : _reads.IsEmpty ? long.MaxValue : _dueMicros;

    private int Quorum => settings.Quorums.Read;

    private bool CanSend => _attached && _reads.HasRoom && _room.HasRoom && view.UpCount >= Quorum;

    /// <summary>A session was begun: answers to its nonce find their way back.</summary>
    public void Attach(ulong nonce, long nowMicros, ClientEffectBuffer effects)
    {
        _nonce = nonce;
        _attached = true;
        Pump(nowMicros, effects);
    }

    /// <summary>The session ended: reads under way begin again with the next one.</summary>
    public void Detach()
    {
        _attached = false;
        List<ClientOperation> again = [];
        for (ulong id = _reads.Oldest; id < _reads.Next; id++)
        {
            if (_reads[id] is not { } read) continue;
            Remove(id, read);
            again.Add(read);
        }
        Invariant.Holds(_reads.IsEmpty && _room.IsEmpty, "a session ends with no read under way");
        _waiting.PutBack(again);
    }

    public void Begin(ClientOperation read, long nowMicros, ClientEffectBuffer effects)
    {
        _waiting.Enqueue(read);
        Pump(nowMicros, effects);
    }

    public void Abandon(ClientOperation read)
    {
        read.Abandon();
        if (read.Attempt is null) _waiting.Forget();
        else Remove(read.ReadId, read);
    }

    public void OnReply(ReplicaId from, ReadReply reply, long nowMicros, ClientEffectBuffer effects)
    {
        ClientOperation? read = reply.Nonce == _nonce ? _reads[reply.ReadId] : null;
        if (read?.Attempt is not { } attempt)
        {
            statistics.LateReplies++;
            return;
        }
        CastResult cast = attempt.Ballot.Cast(
            from, reply.Status, reply.IsDigest, reply.Result, attempt.ToAll || from == attempt.FullReplier);
        if (cast == CastResult.Malformed)
        {
            statistics.MalformedReplies++;
            return;
        }
        if (cast == CastResult.Duplicate) statistics.DuplicateReplies++;
        if (cast == CastResult.Changed && !attempt.ToAll) statistics.ContradictoryReplies++;
        attempt.SentTo = attempt.SentTo.Without(from);
        if (reply.Vouchers is { } vouchers) Count(vouchers, read.ReadId, attempt);

        ReplicaSet agreeing = attempt.Ballot.AgreeingWith(from);
        bool enough = agreeing.Count >= NeededFor(reply.Status);
        if (enough && attempt.Ballot.TryGetResult(agreeing, out ReadOnlyMemory<byte> result))
        {
            _timers.Measure(attempt, from, nowMicros);
            Finish(read, attempt, agreeing, reply.Status, result, nowMicros, effects);
            Pump(nowMicros, effects);
            return;
        }
        bool fullReplierAnswered = attempt.Ballot.Voters.Contains(attempt.FullReplier);
        if (reply.Status == ReplyStatus.NotPermitted)
        {
            if (!attempt.ToAll) Widen(read, attempt, nowMicros, effects);
            else if (IsHopeless(attempt)) HandOn(read, nowMicros, effects);
        }
        else if (attempt is { ToAll: false, IsRelayed: true } && fullReplierAnswered)
        {
            // A replica did not give its reply share, or the relay did not pass it on: either may be to blame.
            ReplicaSet missing = attempt.Missing;
            if (!missing.IsEmpty) view.Blame(missing, missing.With(attempt.FullReplier), nowMicros);
            Widen(read, attempt, nowMicros, effects);
        }
        else if (!attempt.ToAll && ((enough && fullReplierAnswered) || agreeing != attempt.Ballot.Voters))
            Widen(read, attempt, nowMicros, effects);
        else if (attempt.ToAll && IsHopeless(attempt)) HandOn(read, nowMicros, effects);
    }

    /// <summary>A right reply share is the vote of its replica, if that has not voted itself.</summary>
    private void Count(IReadOnlyList<ReadVoucher> vouchers, ulong readId, Attempt attempt)
    {
        Span<byte> statement = stackalloc byte[ReadStatement.AnswerBytes];
        for (int i = 0; i < vouchers.Count; i++)
        {
            ReadVoucher voucher = vouchers[i];
            if (attempt.Ballot.Voters.Contains(voucher.From)) continue;
            ReadStatement.WriteAnswer(_nonce, readId, voucher.Status, voucher.Result, statement);
            if (keyring.VerifyMacFromReplica(voucher.From, statement, voucher.Mac.Span)) attempt.Ballot.Cast(voucher);
            else statistics.InvalidVouchers++;
        }
    }

    public void OnLinkUp(ReplicaId replica, long nowMicros, ClientEffectBuffer effects)
    {
        for (ulong id = _reads.Oldest; id < _reads.Next; id++)
        {
            if (_reads[id] is not { Attempt: { ToAll: true } attempt } read) continue;
            ReplicaSet asked = attempt.Ballot.WholeVoters.Union(attempt.SentTo);
            attempt.Untimed = attempt.Untimed.With(replica); // it is asked later than the others
            Ask(ReplicaSet.Of(replica).Except(asked), read, attempt, effects);
        }
        Pump(nowMicros, effects);
    }

    public void OnLinkDown(ReplicaId replica, long nowMicros, ClientEffectBuffer effects)
    {
        for (ulong id = _reads.Oldest; id < _reads.Next; id++)
        {
            if (_reads[id] is not { Attempt: { } attempt } read || !attempt.SentTo.Contains(replica)) continue;
            attempt.SentTo = attempt.SentTo.Without(replica);
            if (!attempt.ToAll) Widen(read, attempt, nowMicros, effects);
            else if (IsHopeless(attempt)) HandOn(read, nowMicros, effects);
        }
    }

    public void Tick(long nowMicros, ClientEffectBuffer effects)
    {
        Pump(nowMicros, effects);
        if (nowMicros < _dueMicros) return;
        for (ulong id = _reads.Oldest; id < _reads.Next; id++)
        {
            if (_reads[id] is not { Attempt: { } attempt } read || attempt.RetransmitMicros > nowMicros) continue;
            _timers.BackOff(attempt, nowMicros);
            if (!attempt.Ballot.Voters.IsEmpty) view.Avoid(attempt.Missing, nowMicros);
            else if (attempt is { ToAll: false, IsRelayed: true })
                view.Blame(attempt.Asked, ReplicaSet.Of(attempt.FullReplier), nowMicros);
            if (attempt.ToAll) HandOn(read, nowMicros, effects);
            else Widen(read, attempt, ReplicaSet.Empty, nowMicros, effects); // their answers are of an old state
        }
        _dueMicros = long.MaxValue;
        for (ulong id = _reads.Oldest; id < _reads.Next; id++)
        {
            if (_reads[id]?.Attempt is { } attempt) _dueMicros = Math.Min(_dueMicros, attempt.RetransmitMicros);
        }
        Pump(nowMicros, effects);
    }

    /// <summary>Settles reads whose deadline has passed, and returns the earliest deadline of the others.</summary>
    public long Expire(long nowMicros, ClientEffectBuffer effects)
    {
        long next = _waiting.Expire(nowMicros, effects);
        for (ulong id = _reads.Oldest; id < _reads.Next; id++)
        {
            if (_reads[id] is not { } read) continue;
            if (read.DeadlineMicros > nowMicros)
            {
                next = Math.Min(next, read.DeadlineMicros);
                continue;
            }
            Remove(id, read);
            read.Settle(new OperationOutcome(OutcomeKind.TimedOut, default, MayHaveExecuted: false), effects);
        }
        return next;
    }

    /// <summary>No session can be had: fails what waits for one.</summary>
    public void FailWaiting(ClientEffectBuffer effects) => _waiting.SettleAll(OutcomeKind.SessionExpired, effects);

    public void Close(ClientEffectBuffer effects)
    {
        Detach();
        _waiting.SettleAll(OutcomeKind.Closed, effects);
    }

    private void Pump(long nowMicros, ClientEffectBuffer effects)
    {
        while (CanSend && _waiting.TryDequeue(out ClientOperation? read)) Send(read, nowMicros, effects);
    }

    private void Send(ClientOperation read, long nowMicros, ClientEffectBuffer effects)
    {
        Invariant.Holds(
            _attached && read is { Attempt: null, IsSettled: false },
            "a read is sent in a session, once, while its caller waits for it");
        Attempt attempt = attempts.Rent();
        read.Attempt = attempt;
        read.ReadId = _reads.Add(read);
        _room.Enter(read);
        attempt.Asked = view.Choose(Quorum, read.ReadId, nowMicros, out ReplicaId full);
        attempt.FullReplier = full;
        Invariant.Holds(
            attempt.Asked.Count == Quorum && attempt.Asked.Contains(attempt.FullReplier),
            "a read asks q replicas first, one of them for the whole result");
        attempt.SentMicros = nowMicros;
        attempt.IsRelayed = WantsRelayed && read.Payload.Length <= Read.RelayedBytesMax;
        attempt.RetransmitMicros = nowMicros + _timers.TimeoutOf(attempt);
        _dueMicros = Math.Min(_dueMicros, attempt.RetransmitMicros);
        if (attempt.IsRelayed) AskForAll(read, attempt, effects);
        else
        {
            attempt.Untimed = attempt.Asked;
            Ask(attempt.Asked, read, attempt, effects);
        }
    }

    private void AskForAll(ClientOperation read, Attempt attempt, ClientEffectBuffer effects)
    {
        ReplicaSet seconders = attempt.Asked.Without(attempt.FullReplier);
        Span<byte> statement = stackalloc byte[ReadStatement.QueryBytes];
        ReadStatement.WriteQuery(_nonce, read.ReadId, Blake2b.Hash(read.Payload.Span), statement);
        byte[] macs = new byte[seconders.Count * Request.MacBytes];
        Span<byte> room = macs;
        foreach (ReplicaId seconder in seconders)
        {
            keyring.MacForReplica(seconder, statement, room[..Request.MacBytes]);
            room = room[Request.MacBytes..];
        }
        attempt.SentTo = attempt.Asked;
        attempt.Untimed = ReplicaSet.Of(attempt.FullReplier);
        effects.Send(
            attempt.FullReplier,
            new Read(_nonce, read.ReadId, WantsFull: true, read.Payload) { Seconders = seconders, Macs = macs });
    }

    private void Widen(ClientOperation read, Attempt attempt, long nowMicros, ClientEffectBuffer effects) =>
        Widen(read, attempt, attempt.Ballot.WholeVoters, nowMicros, effects);

    /// <summary>Asks all but those that gave the whole result a moment ago.</summary>
    private void Widen(
        ClientOperation read, Attempt attempt, ReplicaSet answered, long nowMicros, ClientEffectBuffer effects)
    {
        statistics.ReadsWidened++;
        attempt.ToAll = true;
        attempt.Asked = view.Everyone;
        attempt.ResentMicros = nowMicros;
        attempt.RetransmitMicros = nowMicros + _timers.TimeoutOf(attempt);
        _dueMicros = Math.Min(_dueMicros, attempt.RetransmitMicros);
        Ask(view.Everyone.Except(answered), read, attempt, effects);
        if (IsHopeless(attempt)) HandOn(read, nowMicros, effects);
    }

    private void Ask(ReplicaSet replicas, ClientOperation read, Attempt attempt, ClientEffectBuffer effects)
    {
        Read? whole = null, digest = null;
        ReplicaSet reached = replicas.Intersect(view.Up);
        attempt.SentTo = attempt.SentTo.Union(reached);
        foreach (ReplicaId replica in reached)
        {
            bool wantsFull = attempt.ToAll || replica == attempt.FullReplier;
            Read message = wantsFull
                ? whole ??= new Read(_nonce, read.ReadId, true, read.Payload)
                : digest ??= new Read(_nonce, read.ReadId, false, read.Payload);
            effects.Send(replica, message);
        }
    }

    // Even if every replica that still owes an answer joined the most frequent one, q would not be reached.
    private bool IsHopeless(Attempt attempt)
    {
        ReplicaSet agreeing = attempt.Ballot.Largest();
        if (agreeing.Union(attempt.SentTo).Count < Quorum) return true;
        return attempt.SentTo.IsEmpty && !attempt.Ballot.TryGetResult(agreeing, out _);
    }

    // One correct replica's refusal is enough: it follows from the configuration, not from the state.
    private int NeededFor(ReplyStatus status) =>
        status == ReplyStatus.NotPermitted ? settings.Quorums.OneCorrect : Quorum;

    private void HandOn(ClientOperation read, long nowMicros, ClientEffectBuffer effects)
    {
        Invariant.Holds(
            read is { IsSettled: false, IsOrdered: false }, "a read is handed on once, while its caller waits for it");
        statistics.ReadsOrdered++;
        Remove(read.ReadId, read);
        read.IsOrdered = true;
        ordered.Begin(read, nowMicros, effects);
    }

    private void Finish(
        ClientOperation read, Attempt attempt, ReplicaSet agreeing, ReplyStatus status, ReadOnlyMemory<byte> result,
        long nowMicros, ClientEffectBuffer effects)
    {
        Invariant.Holds(
            agreeing.Count >= NeededFor(status) && agreeing.IsSubsetOf(attempt.Ballot.Voters),
            "a read is over only when q replicas stated the same, or f+1 refused it");
        ReplicaSet dissenting = attempt.Ballot.Voters.Except(agreeing);
        statistics.DissentingReplies += dissenting.Count;
        statistics.ReadsCompleted++;
        view.Avoid(dissenting, nowMicros);
        view.Trust(agreeing, attempt.SentMicros);
        Remove(read.ReadId, read);
        _room.NoteReply(result.Length);
        read.Settle(Outcomes.Of(status, result, changesState: false), effects);
    }

    private void Remove(ulong id, ClientOperation read)
    {
        Invariant.Holds(
            ReferenceEquals(_reads[id], read) && read.Attempt is not null, "a read that leaves was under way");
        _reads.Remove(id);
        _room.Leave(read);
        attempts.Return(read.Attempt!);
        read.Attempt = null;
    }
}
