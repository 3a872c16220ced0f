using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Requests;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Sessions;

namespace BftSmr.Execution;

/// <summary>
/// Executes decided instances in order, one at a time, answers their clients, and says when a checkpoint is due. What
/// is executed, when a checkpoint is due and what it holds depend only on the decided batches: they are equal at all
/// correct replicas. Behind a checkpoint of what was executed before, that is executed again, and answered no more.
/// Invariant: the state is that of <see cref="Position"/>, which is the last instance executed unless some of them are
/// executed again.
/// </summary>
internal sealed class ExecutionStage(
    ReplicaContext context, DecidedLog log, IOrdering ordering, RequestPool requests, ReplyVouching vouching)
{
    /// <summary>Bytes of batches that a replica that catches up executes without a checkpoint on its disk.</summary>
    private const long PassedBytesMax = 256 << 20;

    private ReplicatedState _state = Share(new ReplicatedState(context.Settings), requests);
    private InFlight? _inFlight;
    private Instance _lastCheckpoint;
    private long _bytesSinceCheckpoint, _bytesSinceTaken;

    public int SessionCount => _state.Sessions.Count;

    /// <summary>The service has been asked to execute an instance, and has not answered.</summary>
    public bool IsExecuting => _inFlight is not null;

    /// <summary>The last instance whose effects are in the state.</summary>
    public Instance Position { get; private set; }

    /// <summary>What was executed before is being executed again.</summary>
    public bool IsRepeating => Position < log.LastExecuted;

    public bool IsCheckpointDue =>
        Position - _lastCheckpoint >= context.Settings.CheckpointPeriod
            || _bytesSinceCheckpoint >= context.Settings.CheckpointBytes;

    /// <summary>
    /// Starts the next decided instance, unless one is being executed. Instances with nothing to execute pass at once.
    /// </summary>
    public void TryExecuteNext()
    {
        while (_inFlight is null && !IsCheckpointDue && TryNext(out DecidedInstance instance, out Batch batch))
        {
            Invariant.Holds(instance.Number == Position.Next, "instances execute in order");
            if (batch.Requests.Count > 0)
                _state.AgreedTimeMicros = Math.Max(batch.TimestampMicros, _state.AgreedTimeMicros + 1);
            context.AgreedTimeMicros = _state.AgreedTimeMicros;
            List<Request> commands = new(batch.Requests.Count);
            _inFlight = new InFlight(instance, batch, commands);
            foreach (Request request in batch.Requests) Admit(request, commands);
            context.Effects.Add(new ExecuteEffect(instance.Number, _state.AgreedTimeMicros, batch.Seed, commands));
        }
    }

    private bool TryNext(out DecidedInstance instance, out Batch batch)
    {
        if (!IsRepeating) return log.TryNextDecided(out instance, out batch);
        (instance, batch) = log.Executed(Position.Next);
        return true;
    }

    private void Admit(Request request, List<Request> commands)
    {
        switch (_state.Sessions.Admit(request, _state.AgreedTimeMicros))
        {
            case Admission.Execute:
                commands.Add(request);
                break;
            case Admission.Duplicate:
                // A faulty leader may put it into one batch twice: then it is answered once it is executed.
                if (IsRepeating || IsInFlight(request)) break;
                if (requests.Settle(request)) TryAnswerAgain(request);
                break;
            case Admission.Expired:
                bool isDirect = requests.Settle(request);
                if (!IsRepeating) Answer(request, Expired(request.Session), isDirect);
                break;
            case Admission.OutOfOrder:
                break; // stays pending: its turn comes
        }
    }

    /// <summary>The service executed the instance in flight; returns it, or null if it had before.</summary>
    public DecidedInstance? Complete(ExecutedInput input)
    {
        Invariant.Holds(
            _inFlight is { } f && f.State.Number == input.Instance && f.Commands.Count == input.Outcomes.Count,
            "the executed batch is the one that was asked for");
        InFlight done = _inFlight;
        bool isRepeated = IsRepeating;
        _inFlight = null;
        Position = done.State.Number;
        _bytesSinceCheckpoint += done.Batch.Encoded.Length;
        _bytesSinceTaken += done.Batch.Encoded.Length;
        if (isRepeated) KeepOutcomes(done, input);
        else Answer(done, input);
        return isRepeated ? null : done.State;
    }

    /// <summary>The instance in flight was executed on a state that is wrong: it counts as not executed.</summary>
    public void Abandon() => _inFlight = null;

    private void KeepOutcomes(InFlight done, ExecutedInput input)
    {
        for (int i = 0; i < done.Commands.Count; i++)
        {
            _state.Sessions.Keep(done.Commands[i], input.Outcomes[i]);
            requests.Settle(done.Commands[i]);
        }
    }

    private void Answer(InFlight done, ExecutedInput input)
    {
        vouching.Begin(done.State.Number, done.Commands.Count);
        for (int i = 0; i < done.Commands.Count; i++)
        {
            Request request = done.Commands[i];
            _state.Sessions.Keep(request, input.Outcomes[i]);
            bool isDirect = requests.Settle(request);
            if (!vouching.TryTake(request, input.Outcomes[i]) || isDirect) Answer(request, input.Outcomes[i], isDirect);
        }
        vouching.End();
        log.MarkExecuted(done.State);
    }

    /// <summary>
    /// A request that was executed before, or never will be: its client gets the answer directly. False if it is
    /// neither.
    /// </summary>
    public bool TryAnswerAgain(Request request)
    {
        if (_state.Sessions.IsGone(request.Session))
        {
            Answer(request, Expired(request.Session), isDirect: true);
            return true;
        }
        if (_state.Sessions.Find(request.Session) is not { } session || request.Sequence > session.LastSequence)
            return false;
        if (IsInFlight(request)) return false;
        Outcome outcome = session.ReplyTo(request.Sequence) is { } kept
            ? new Outcome(kept.Status, kept.Result)
            : new Outcome(ReplyStatus.ReplyForgotten, default);
        Answer(request, outcome, isDirect: true);
        return true;
    }

    /// <summary>
    /// The client lacks the right to this request. The digest says which request is meant: once f+1 replicas have
    /// refused it, its client gives the number to another one.
    /// </summary>
    public void AnswerNotPermitted(Request request)
    {
        context.Effects.Reject(request.Session.Client, RejectReason.NotPermitted);
        byte[] digest = new byte[Digest.Size];
        request.Digest.CopyTo(digest);
        Answer(request, new Outcome(ReplyStatus.NotPermitted, digest), isDirect: true);
    }

    /// <summary>
    /// The answer to a request of a session that is not open: where numbers are free for the next one.
    /// </summary>
    private Outcome Expired(SessionId session)
    {
        byte[] first = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(first, _state.Sessions.FirstFree(session, _state.AgreedTimeMicros));
        return new Outcome(ReplyStatus.SessionExpired, first);
    }

    private bool IsInFlight(Request request) =>
        _inFlight is { } f && f.Commands.Any(c => c.Session == request.Session && c.Sequence == request.Sequence);

    /// <summary>
    /// Sends the reply to each client that wants it from here: whole from the full replier, where a digest would be no
    /// shorter, and to small queries.
    /// </summary>
    private void Answer(Request request, Outcome outcome, bool isDirect)
    {
        if (!isDirect && !request.Repliers.Contains(context.Self)) return;
        bool isWhole = isDirect
            || request.FullReplier == context.Self
            || outcome.Result.Length <= (request.Kind == RequestKind.OrderedQuery
                ? Request.WholeQueryBytesMax
                : ServiceHost.AlwaysWholeBytesMax);
        ReadOnlyMemory<byte> result = outcome.Result;
        if (!isWhole)
        {
            byte[] digest = new byte[Digest.Size];
            Blake2b.Hash(outcome.Result.Span).CopyTo(digest);
            result = digest;
        }
        context.Effects.Add(new ReplyEffect(request.Session.Client,
            new Reply(request.Session.Nonce, request.Sequence, ordering.Regency, outcome.Status, !isWhole, result)));
    }

    /// <summary>
    /// A checkpoint that is due is of no use by itself, as a later one is known to be stable. It need not be kept,
    /// unless much was executed since the last one that was: after a restart all of that is executed again.
    /// </summary>
    public bool MayPassCheckpoint(Instance proven) =>
        proven > Position && _bytesSinceTaken < PassedBytesMax;

    /// <summary>A checkpoint is taken, or passed, now; returns the replica's own records that were touched.</summary>
    public ChangedRecords BeginCheckpoint(bool isPassed)
    {
        _lastCheckpoint = Position;
        _bytesSinceCheckpoint = 0;
        if (!isPassed) _bytesSinceTaken = 0;
        return ReplicatedRecords.TakeTouched(_state);
    }

    /// <summary>The state is now that of a checkpoint.</summary>
    public void Restore(ReplicatedState state, Instance instance)
    {
        _state = Share(state, requests);
        context.AgreedTimeMicros = _state.AgreedTimeMicros;
        _inFlight = null;
        Position = _lastCheckpoint = instance;
        _bytesSinceCheckpoint = _bytesSinceTaken = 0;
    }

    /// <summary>Requests are admitted by how far their sessions have executed.</summary>
    private static ReplicatedState Share(ReplicatedState state, RequestPool requests)
    {
        requests.Sessions = state.Sessions;
        return state;
    }

    private sealed record InFlight(DecidedInstance State, Batch Batch, IReadOnlyList<Request> Commands);
}
