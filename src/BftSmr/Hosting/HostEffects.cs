using System.Diagnostics;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Service;
using BftSmr.Storage;
using Microsoft.Extensions.Logging;

namespace BftSmr.Hosting;

/// <summary>
/// Carries out the effects of the core, on the loop. Messages are queued on their links. What comes before the first
/// record that must be flushed leaves with that record; the rest with <see cref="Flush"/>, which puts the log on disk
/// first. So nothing that follows such a record leaves before it, which is asserted where frames are queued, where they
/// leave, and at the end of each turn. Instances are executed in order, one at a time, and
/// reads are not answered meanwhile.
/// </summary>
internal sealed class HostEffects(
    ReplicaId self, Instance recovered, ServiceHost executor, ReplicaStorage storage, CheckpointWork checkpoints,
    ArchiveWork archive, SessionRoutes routes, ReplicaInbox inbox, ReplicaMetrics metrics, ILogger logger)
{
    private readonly ReplicaSpans _spans = new(self);
    private FrameBuffer _frame = FrameBuffer.RentFrame();
    private PeerMesh? _peers;
    private ClientListener? _clients;
    private PeerMessage? _encoded;
    private bool _hasPeerFrames, _hasClientFrames;
    private Instance _executed = recovered;

    // Positions in the log: of the last record that must be on disk before what follows it leaves, and of the last such
    // record before any frame that is queued.
    private long _mustBeFlushed, _framesDependOn;

    private long _agreedTimeMicros;
    private ExecuteEffect? _decided;
    private BatchExecution? _execution;

    /// <summary>Where frames go; called once, before the first effect.</summary>
    public void Connect(PeerMesh peers, ClientListener clients)
    {
        Invariant.Holds(_peers is null && _clients is null, "the links are connected once");
        (_peers, _clients) = (peers, clients);
    }

    /// <summary>Carries out one effect; what it has to tell the core at once, if anything, is returned.</summary>
    public Input? CarryOut(Effect effect)
    {
        switch (effect)
        {
            case SendEffect e:
                Send(e);
                break;
            case ReplyEffect e:
                Reply(e.Client, e.Reply.Nonce, e.Reply);
                break;
            case PersistEffect e:
                Persist(e);
                break;
            case BroadcastEffect e:
                Broadcast(e);
                break;
            case ExecuteEffect e:
                Invariant.Holds(_decided is null, "one batch is executed at a time");
                _decided = e;
                break;
            case AnswerReadEffect e:
                return AnswerInTurn(e);
            case ReadReplyEffect e:
                Reply(e.Client, e.Reply.Nonce, e.Reply);
                break;
            case PassCheckpointEffect e:
                checkpoints.Pass(e);
                break;
            case TakeCheckpointEffect e:
                Invariant.Holds(e.Instance == _executed, "a checkpoint is taken of what was just executed");
                checkpoints.Take(e);
                break;
            case InstallStateEffect e:
                inbox.ForgetReads();
                checkpoints.Install(e, () => _executed = e.Certificate.Instance);
                break;
            case RejectEffect e:
                metrics.Reject(e.Reason);
                HostLog.Rejected(logger, e.Source, e.Reason);
                break;
            default:
                CarryOutElsewhere(effect);
                break;
        }
        return null;
    }

    /// <summary>What other threads do on the disk.</summary>
    private void CarryOutElsewhere(Effect effect)
    {
        switch (effect)
        {
            case TruncateEffect e: checkpoints.Truncate(e.Stable, e.Pinned); break;
            case RewriteLogEffect e: storage.Log.Rewrite(e.Stable, e.LiveRecords); break;
            case SendPieceEffect e: checkpoints.SendPiece(e); break;
            case BeginFetchEffect e: checkpoints.BeginFetch(e); break;
            case StorePieceEffect e: checkpoints.Store(e); break;
            case MendRunEffect e: checkpoints.Mend(e); break;
            case DropStateEffect e:
                inbox.ForgetReads();
                checkpoints.Drop(e);
                break;
            case ArchiveEffect e: archive.Keep(e); break;
            case ForgetArchiveEffect e: archive.Forget(e); break;
            case SendArchivedEffect e: archive.Send(e); break;
            default:
                throw new UnreachableException($"The host knows no {effect.GetType().Name}: add a case for it.");
        }
    }

    /// <summary>Puts on disk what must be, then lets everything queued leave. Called once a turn.</summary>
    public void Flush()
    {
        if (MustFlushLog)
        {
            long start = Stopwatch.GetTimestamp();
            storage.Log.Flush();
            metrics.NoteFlushed(Stopwatch.GetElapsedTime(start).TotalSeconds, storage.Log.WrittenBytes);
        }
        FlushLinks();
        Invariant.Holds(
            !MustFlushLog && !_hasPeerFrames && !_hasClientFrames, "after a turn nothing waits to leave");
        _encoded = null;
        _frame = FrameBuffer.RentFrame(_frame); // a large one that some link still holds is not held here as well
    }

    /// <summary>The service executes a batch: nothing else may be asked of it.</summary>
    public bool IsExecuting => _execution is not null;

    /// <summary>
    /// The batch that is to be executed now, if there is one. Its <see cref="BatchExecution.Run"/> and
    /// <see cref="Complete"/> follow.
    /// </summary>
    public BatchExecution? TakeDecided()
    {
        if (_decided is not { } effect) return null;
        Invariant.Holds(!checkpoints.IsInstalling, "nothing is executed while a state is being loaded");
        Invariant.Holds(
            _execution is null && effect.Instance > _executed, "instances are executed in order, each once");
        _decided = null;
        return _execution = new BatchExecution(executor, effect);
    }

    /// <summary>The batch was executed; returns the outcome for the core.</summary>
    /// <exception cref="StateMachineException">The service threw.</exception>
    public ExecutedInput Complete(BatchExecution execution)
    {
        Invariant.Holds(execution == _execution, "what was executed is what was to be");
        _execution = null;
        ExecutedInput executed = execution.Outcome();
        ExecuteEffect effect = execution.Effect;
        ExecutionCost.Charge(inbox, effect, executed, execution.Ticks);
        (_executed, _agreedTimeMicros) = (effect.Instance, effect.AgreedTimeMicros);
        if (execution.Began is { } time) _spans.EndExecution(time, effect, executed);
        metrics.NoteExecuted(effect);
        inbox.ReleaseReads();
        return executed;
    }

    /// <summary>The service's state, unless it is being replaced.</summary>
    public Digest? StateDigest() => checkpoints.IsInstalling ? null : executor.StateDigest();

    private bool MustFlushLog => _mustBeFlushed > storage.Log.FlushedRecords;

    private void Persist(PersistEffect effect)
    {
        if (effect.Flush && !MustFlushLog) FlushLinks();
        storage.Log.Append(effect.Record);
        if (effect.Flush) _mustBeFlushed = storage.Log.AppendedRecords;
        Invariant.Holds(
            _framesDependOn <= _mustBeFlushed && _mustBeFlushed <= storage.Log.AppendedRecords,
            "a frame that is queued depends on records that were appended");
    }

    private void FlushLinks()
    {
        Invariant.Holds(
            _framesDependOn <= storage.Log.FlushedRecords,
            "nothing leaves before the records that it follows are on disk");
        if (_hasPeerFrames) _peers!.Flush();
        if (_hasClientFrames) _clients!.Flush();
        _hasPeerFrames = _hasClientFrames = false;
    }

    /// <summary>
    /// Several reads may become due with one execution, and each may take long to answer: they wait for the turns of
    /// their clients, unless it is the client's turn already. While the service executes, they wait for the
    /// end of that.
    /// </summary>
    private ReadAnsweredInput? AnswerInTurn(AnswerReadEffect effect)
    {
        if (checkpoints.IsInstalling) return null;
        if (IsExecuting || !inbox.IsTurnOf(effect.Client))
        {
            if (!inbox.TryDefer(effect, isHeld: IsExecuting)) metrics.Reject(RejectReason.Overloaded);
            return null;
        }
        // The state is that of the last execution, also for a read that has waited.
        ReadReply answer = Answer(
            effect with { AgreedTimeMicros = Math.Max(effect.AgreedTimeMicros, _agreedTimeMicros) });
        if (effect.Relay is { } relay) return new ReadAnsweredInput(effect.Client, effect.Read, relay, answer);
        Reply(effect.Client, effect.Read.Nonce, answer);
        return null;
    }

    private ReadReply Answer(AnswerReadEffect effect)
    {
        DateTimeOffset? began = ReplicaSpans.Begin();
        ReadReply answer = executor.Answer(effect);
        if (began is { } time) _spans.EndRead(time, effect, answer);
        return answer;
    }

    private void Send(SendEffect effect)
    {
        if (IsStillLeaving(effect, effect.To)) return;
        _peers!.Send(effect.To, Encode(effect.Message), PurposeOf(effect));
        NotePeerFrames();
    }

    private void Broadcast(BroadcastEffect effect)
    {
        FrameBuffer frame = Encode(effect.Message);
        LinkPurpose purpose = PurposeOf(effect);
        for (int i = 0; i < _peers!.Replicas; i++)
        {
            ReplicaId to = new(i);
            if (to != self && !IsStillLeaving(effect, to)) _peers.Send(to, frame, purpose);
        }
        NotePeerFrames();
    }

    /// <summary>
    /// Nothing is said again to a peer whose link has not taken what was said before. A peer that never takes it harms
    /// itself alone; what a link held when it broke is said again on the next one.
    /// </summary>
    private bool IsStillLeaving(PeerEffect effect, ReplicaId to) => effect.IsRepeat && _peers!.IsBehind(to);

    private static LinkPurpose PurposeOf(PeerEffect effect) =>
        BulkMessages.Include(effect.Message) ? LinkPurpose.Bulk : LinkPurpose.Messages;

    private void NotePeerFrames() => (_hasPeerFrames, _framesDependOn) = (true, _mustBeFlushed);

    private void Reply(ClientId client, ulong nonce, ClientMessage reply)
    {
        if (!routes.TryFind(client, nonce, out ClientLink? link)) return;
        _encoded = null;
        _frame = FrameBuffer.RentFrame(_frame);
        ClientMessageCodec.Encode(reply, _frame);
        _frame.Complete();
        link.Send(_frame);
        inbox.ChargeReply(client, _frame.Length);
        (_hasClientFrames, _framesDependOn) = (true, _mustBeFlushed);
    }

    /// <summary>
    /// A message that goes to several peers, one after the other, is encoded once, and their links share its frame.
    /// </summary>
    private FrameBuffer Encode(PeerMessage message)
    {
        if (ReferenceEquals(message, _encoded)) return _frame;
        _frame = FrameBuffer.RentFrame(_frame);
        PeerMessageCodec.Encode(message, _frame);
        _frame.Complete();
        _encoded = message;
        return _frame;
    }
}
