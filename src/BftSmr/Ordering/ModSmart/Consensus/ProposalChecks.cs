using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;

namespace BftSmr.Ordering.ModSmart.Consensus;

/// <summary>
/// Whether proposals are authentic. A proposal is checked here when it comes, or left to others for a while
/// (<see cref="SharedChecks"/>); one that cannot be authenticated is refused, and all are told.
/// Invariant: a candidate counts as authentic only after its requests were checked here, or f+1 replicas sent WRITE
/// for it. A leader's own proposal is timely to itself.
/// </summary>
internal sealed class ProposalChecks(ReplicaContext context, DecidedLog log)
{
    private readonly SharedChecks _shared = new(context);
    private readonly Queue<InstanceState> _unchecked = new();

    /// <summary>
    /// Whether the agreed time that a batch would lead to is within the skew bound of the clock here. Where clocks
    /// stepped back, agreed time is far ahead of them already. So a batch that adds only the least is timely.
    /// </summary>
    public bool IsTimely(Batch batch)
    {
        long least = context.AgreedTimeMicros + 1, skew = context.Settings.ClockSkewMicros;
        return batch.TimestampMicros <= Math.Max(context.Now.UnixMicros + skew, least)
            && Math.Max(batch.TimestampMicros, least) >= context.Now.UnixMicros - skew;
    }

    /// <summary>A batch without f+1 WRITEs became the candidate of an instance.</summary>
    public void Begin(InstanceState state, Batch batch)
    {
        Vote candidate = state.Candidate!.Value;
        if (!IsTimely(batch) || !context.Permission.Permits(batch)) Refuse(state, []);
        else if (_shared.LeftToOthersUntil(candidate, state.Number, batch) is { } until) LeaveUnchecked(state, until);
        else Check(state, batch);
    }

    private void Check(InstanceState state, Batch batch)
    {
        IReadOnlyList<ClientId> unauthenticated = context.Authenticity.Unauthenticated(batch);
        state.NoteChecked(isAuthentic: unauthenticated.Count == 0);
        if (unauthenticated.Count > 0) Refuse(state, unauthenticated);
    }

    private void Refuse(InstanceState state, IReadOnlyList<ClientId> clients)
    {
        Vote refused = state.Candidate!.Value;
        state.NoteRefusal(context.Self, refused, clients);
        context.Effects.Broadcast(new Refuse(refused.Regency, state.Number, refused.Value, clients));
    }

    private void LeaveUnchecked(InstanceState state, long untilMicros)
    {
        state.LeaveUnchecked(untilMicros);
        _unchecked.Enqueue(state);
    }

    /// <summary>
    /// A candidate turned out to be authentic: if its check was left to others, they have sent WRITE for it.
    /// </summary>
    public void NoteAuthentic(InstanceState state)
    {
        if (state.UncheckedUntilMicros is null) return;
        long micros = context.Now.MonotonicMicros - state.CandidateSinceMicros;
        _shared.NoteVouched(state.Candidate!.Value, state.Number, micros);
        state.NoteChecked(isAuthentic: true);
    }

    /// <summary>
    /// When the first candidate of this regency is to be checked here after all, monotonic microseconds.
    /// </summary>
    public long NextMicros(Regency regency)
    {
        while (_unchecked.TryPeek(out InstanceState? state))
        {
            bool isCandidate = state.Candidate?.Regency == regency && state.Number > log.LastExecuted;
            if (isCandidate && state.UncheckedUntilMicros is { } until) return until;
            _unchecked.Dequeue();
        }
        return long.MaxValue;
    }

    /// <summary>
    /// Checks the first candidate of this regency that others should have sent WRITE for by now; null if there is none.
    /// </summary>
    public InstanceState? TryCheckOverdue(Regency regency)
    {
        if (NextMicros(regency) > context.Now.MonotonicMicros) return null;
        InstanceState state = _unchecked.Dequeue();
        Vote candidate = state.Candidate!.Value;
        Batch? body = state.Body(candidate.Value);
        Invariant.Holds(body is not null, "a proposal's batch is kept while it is a candidate");
        _shared.NoteVain(candidate, state.Number, state.Writes.VotersFor(candidate));
        Check(state, body);
        return state;
    }
}
