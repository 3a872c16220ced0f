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
/// Carries out the effects of the core, on the loop. Messages are queued on their links. What comes before the first record that must be flushed leaves
/// with that record; the rest with <see cref="Flush"/>, which puts the log on disk first: so nothing that follows such a record leaves before it.
/// </summary>
internal sealed class EffectRunner(
    ReplicaId self, Instance recovered, ServiceHost executor, ReplicaStorage storage, SnapshotWork snapshots, SessionRoutes routes, ReplicaMetrics metrics, ILogger logger)
{
    private readonly ByteBuffer _frame = new(bytesKeptMax: 1 << 20);
    private PeerMesh? _peers;
    private ClientListener? _clients;
    private PeerMessage? _encoded;
    private bool _mustFlushLog, _hasPeerFrames, _hasClientFrames;
    private Instance _executed = recovered;

    /// <summary>Where frames go; called once, before the first effect.</summary>
    public void Connect(PeerMesh peers, ClientListener clients) => (_peers, _clients) = (peers, clients);

    /// <summary>Carries out one effect; what it has to tell the core at once, if anything, is returned.</summary>
    public Input? CarryOut(Effect effect)
    {
        switch (effect)
        {
            case SendEffect e:
                Send(e.To, e.Message);
                break;
            case ReplyEffect e:
                Reply(e.Client, e.Reply.Nonce, e.Reply);
                break;
            case PersistEffect e:
                if (e.Flush && !_mustFlushLog) FlushLinks();
                storage.Log.Append(e.Record);
                _mustFlushLog |= e.Flush;
                break;
            case BroadcastEffect e:
                Broadcast(e.Message);
                break;
            case ExecuteEffect e:
                return Execute(e);
            case AnswerReadEffect e:
                if (snapshots.IsInstalling) break;
                ReadReply answer = executor.Answer(e);
                if (e.Relay is { } relay) return new ReadAnsweredInput(e.Client, e.Read, relay, answer);
                Reply(e.Client, e.Read.Nonce, answer);
                break;
            case ReadReplyEffect e:
                Reply(e.Client, e.Reply.Nonce, e.Reply);
                break;
            case TakeCheckpointEffect e:
                Invariant.Holds(e.Instance == _executed, "a checkpoint is taken of what was just executed");
                snapshots.Take(e);
                break;
            case TruncateEffect e:
                snapshots.Truncate(e.Stable);
                break;
            case SendChunkEffect e:
                snapshots.SendChunk(e);
                break;
            case BeginFetchEffect e:
                snapshots.BeginFetch(e);
                break;
            case StoreChunkEffect e:
                snapshots.Store(e);
                break;
            case InstallStateEffect e:
                _executed = e.Certificate.Instance;
                snapshots.Install(e);
                break;
            case RejectEffect e:
                metrics.Reject(e.Reason);
                HostLog.Rejected(logger, e.Source, e.Reason);
                break;
            default:
                throw new UnreachableException($"The host knows no {effect.GetType().Name}.");
        }
        return null;
    }

    /// <summary>Puts on disk what must be, then lets everything queued leave. Called once a turn.</summary>
    public void Flush()
    {
        if (_mustFlushLog)
        {
            long start = Stopwatch.GetTimestamp();
            storage.Log.Flush();
            _mustFlushLog = false;
            metrics.NoteFlushed(Stopwatch.GetElapsedTime(start).TotalSeconds, storage.Log.WrittenBytes);
        }
        _encoded = null;
        FlushLinks();
    }

    /// <summary>The service's state, unless it is being replaced.</summary>
    public Digest? StateDigest() => snapshots.IsInstalling ? null : executor.StateDigest();

    private void FlushLinks()
    {
        if (_hasPeerFrames) _peers!.Flush();
        if (_hasClientFrames) _clients!.Flush();
        _hasPeerFrames = _hasClientFrames = false;
    }

    private ExecutedInput Execute(ExecuteEffect effect)
    {
        Invariant.Holds(!snapshots.IsInstalling, "nothing is executed while a snapshot is being installed");
        ExecutedInput executed = executor.Execute(effect);
        _executed = effect.Instance;
        metrics.NoteExecuted(effect);
        return executed;
    }

    private void Send(ReplicaId to, PeerMessage message)
    {
        _peers!.Send(to, Encode(message));
        _hasPeerFrames = true;
    }

    private void Broadcast(PeerMessage message)
    {
        Span<byte> frame = Encode(message);
        for (int i = 0; i < _peers!.Replicas; i++)
        {
            if (i != self.Value) _peers.Send(new ReplicaId(i), frame);
        }
        _hasPeerFrames = true;
    }

    private void Reply(ClientId client, ulong nonce, ClientMessage reply)
    {
        if (!routes.TryFind(client, nonce, out ClientLink? link)) return;
        _encoded = null;
        _frame.Reset();
        ClientMessageCodec.Encode(reply, _frame);
        link.Send(_frame.Written);
        _hasClientFrames = true;
    }

    /// <summary>A message that goes to several peers, one after the other, is encoded once.</summary>
    private Span<byte> Encode(PeerMessage message)
    {
        if (!ReferenceEquals(message, _encoded))
        {
            _frame.Reset();
            PeerMessageCodec.Encode(message, _frame);
            _encoded = message;
        }
        return _frame.Written;
    }
}
