using System.Buffers;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Simulation.Storage;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Replicas;

/// <summary>
/// Carries out a core's effects, in order, for one life of a replica: the contract of <see cref="Effect"/> in virtual
/// time.
/// </summary>
internal sealed class SimulatedEffects(
    World world, ReplicaSettings settings, Instance recovered, ServiceHost executor, SimulatedDisk disk,
    SimulationRandom random, Func<DiskSpeed> speed)
{
    private readonly Outbox _outbox = new(disk);
    private readonly RecordAudit _audit = new();
    private readonly SimulatedArchive _archive = new(CodecLimits.For(settings));
    private bool _flushing;
    private bool _isInstalling;
    private Instance _executed = recovered;
    private long _lastExecutedAtMicros, _agreedTimeMicros;
    private int _installations;
    private long _checkpointAtMicros;
    private CheckpointTurns? _turns;

    public required Action<Input> Deliver { get; init; }
    public required Action<long, Action> Later { get; init; }
    public required Action<ReplicaId, PeerEffect, ReadOnlyMemory<byte>> SendToPeer { get; init; }
    public required Action<ClientId, ulong, ClientMessage> SendToClient { get; init; }
    public required Action<ExecuteEffect, ExecutedInput> Executed { get; init; }
    public required Action<Instance, Digest> CheckpointTaken { get; init; }
    public required Action<Instance, Digest> Installed { get; init; }

    /// <summary>A write or flush failed: the process has to end.</summary>
    public required Action DiskFailed { get; init; }

    /// <summary>What execution keeps busy; null if computing is free.</summary>
    public required SimulatedProcessor? Processor { get; init; }

    /// <summary>What a batch with commands takes on the service's own thread, besides.</summary>
    public required Func<long> ServiceMicros { get; init; }

    public ServiceHost ServiceHost { get; } = executor;

    private CheckpointTurns Turns => _turns ??= new CheckpointTurns(Later, Scrub);

    public void Run(Effect effect)
    {
        switch (effect)
        {
            case SendEffect e:
                Post(e, e.To);
                break;
            case BroadcastEffect e:
                Post(e, null);
                break;
            case ReplyEffect e:
                _outbox.Post(() => SendToClient(e.Client, e.Reply.Nonce, e.Reply));
                break;
            case PersistEffect e:
                disk.Append(e.Record);
                if (e.Flush) RequireFlush();
                break;
            case ExecuteEffect e:
                Execute(e);
                break;
            case AnswerReadEffect e:
                AnswerInTurn(e);
                break;
            case ReadReplyEffect e:
                _outbox.Post(() => SendToClient(e.Client, e.Reply.Nonce, e.Reply));
                break;
            case TakeCheckpointEffect e:
                TakeCheckpoint(e);
                break;
            case PassCheckpointEffect e:
                PassCheckpoint(e);
                break;
            case InstallStateEffect e:
                Install(e);
                break;
            case RejectEffect:
                break;
            default:
                RunOnDisk(effect);
                break;
        }
    }

    private void RunOnDisk(Effect effect)
    {
        switch (effect)
        {
            case TruncateEffect e:
                disk.Truncate(e.Stable, e.Pinned);
                break;
            case ArchiveEffect e:
                _archive.Keep(e);
                break;
            case ForgetArchiveEffect e:
                _archive.Forget(e.UpTo);
                break;
            case SendArchivedEffect e:
                if (_archive.Read(e.Asked) is { } answer) Post(new SendEffect(e.To, answer), e.To);
                else throw new InvalidOperationException($"{e.Asked.From} is not archived.");
                break;
            case SendPieceEffect e:
                if (disk.Checkpoints.ReadPiece(e.Run, e.Index) is { } piece) Post(new SendEffect(e.To, piece), e.To);
                break;
            case BeginFetchEffect e:
                IReadOnlyList<MissingRun> missing = disk.Checkpoints.BeginFetch(e.Manifest);
                Later(random.Between(1, 200), () => Deliver(new FetchPlannedInput(e.Manifest, missing)));
                break;
            case StorePieceEffect e:
                disk.Checkpoints.StorePiece(e.Run, e.Index, e.Bytes);
                break;
            case RewriteLogEffect e:
                disk.Rewrite(e.Stable, e.LiveRecords);
                break;
            case MendRunEffect e:
                disk.Checkpoints.Mend(e.Run);
                break;
            case DropStateEffect e:
                LaterInTurn(0, () => Turns.Take(() => disk.Checkpoints.DeleteAbove(e.Kept)));
                break;
            default:
                throw new NotSupportedException($"A simulated host cannot carry out {effect}: add a case for it.");
        }
    }

    private void Post(PeerEffect effect, ReplicaId? to)
    {
        ArrayBufferWriter<byte> encoded = new(256);
        PeerMessageCodec.Encode(effect.Message, encoded);
        world.Trace.Mix(encoded.WrittenSpan);
        ReadOnlyMemory<byte> frame = encoded.WrittenMemory;
        _outbox.Post(() =>
        {
            if (to is { } one)
            {
                SendToPeer(one, effect, frame);
                return;
            }
            for (int i = 0; i < settings.Quorums.Replicas; i++)
            {
                if (i != settings.Self.Value) SendToPeer(new ReplicaId(i), effect, frame);
            }
        });
    }

    /// <summary>Reads wait for the turns of their clients, as in the product, unless computing is free.</summary>
    private void AnswerInTurn(AnswerReadEffect effect)
    {
        if (_isInstalling) return;
        if (Processor is null)
        {
            Answer(effect);
            return;
        }
        int installations = _installations;
        bool isKept = Processor.TryDefer(effect.Client, () =>
        {
            if (_isInstalling || installations != _installations) return;
            // The state is that of the last execution, also for a read that has waited.
            Answer(effect with { AgreedTimeMicros = Math.Max(effect.AgreedTimeMicros, _agreedTimeMicros) });
        });
        if (!isKept) world.Faults.Count("read dropped");
    }

    private void Answer(AnswerReadEffect effect)
    {
        ReadReply answer = ServiceHost.Answer(effect);
        Processor?.Charge(Processor.Costs.QueryNanos);
        Processor?.ChargeBytes(answer.Result.Length);
        if (effect.Relay is { } relay)
            Later(0, () => Deliver(new ReadAnsweredInput(effect.Client, effect.Read, relay, answer)));
        else _outbox.Post(() => SendToClient(effect.Client, effect.Read.Nonce, answer));
    }

    private void RequireFlush()
    {
        _outbox.RequireFlush();
        if (_flushing) return;
        _flushing = true;
        Flush();
    }

    /// <summary>One flush covers what was appended when it began; what came meanwhile waits for the next.</summary>
    private void Flush()
    {
        long position = disk.End;
        LaterOnDisk(random.Between(speed().FlushMinMicros, speed().FlushMaxMicros), () =>
        {
            disk.Flush(position);
            if (_outbox.NeedsFlush) Flush();
            else _flushing = false;
            _outbox.Release();
        });
    }

    /// <summary>Something is done once a write is: if that fails, nothing of what waits for it ever leaves.</summary>
    private void LaterOnDisk(long micros, Action run) => Later(micros, () =>
    {
        if (disk.Fails) DiskFailed();
        else run();
    });

    private void Execute(ExecuteEffect effect)
    {
        if (_isInstalling)
            throw new InvalidOperationException($"{effect.Instance} is executed while a state is being loaded.");
        ExecutedInput executed = ServiceHost.Execute(effect);
        (_executed, _agreedTimeMicros) = (effect.Instance, effect.AgreedTimeMicros);
        Executed(effect, executed);
        long micros = TimeOf(effect, executed) + (effect.Commands.Count > 0 ? ServiceMicros() : 0);
        long at = Math.Max(_lastExecutedAtMicros, world.NowMicros + micros);
        _lastExecutedAtMicros = at;
        Later(at - world.NowMicros, () => Deliver(executed));
    }

    /// <summary>The time of a batch counts against the clients of its requests.</summary>
    private long TimeOf(ExecuteEffect effect, ExecutedInput executed)
    {
        if (Processor is null) return random.Between(1, 200);
        for (int i = 0; i < effect.Commands.Count; i++)
        {
            Processor.Charge(
                effect.Commands[i].Session.Client,
                Processor.Costs.ExecutionNanos + Processor.NanosOf(executed.Outcomes[i].Result.Length));
        }
        return Processor.SpentMicros;
    }

    private void TakeCheckpoint(TakeCheckpointEffect effect)
    {
        if (effect.Instance != _executed)
            throw new InvalidOperationException(
                $"A checkpoint of {effect.Instance} is asked for in the state of {_executed}.");
        FrozenState touched = ServiceHost.Freeze(effect.Own);
        disk.BeginSegment(effect.Instance, effect.LiveRecords);
        long end = disk.End;
        LaterInTurn(Long(), () =>
        {
            Manifest manifest = Manifest.Initial;
            Turns.Take(() =>
            {
                disk.Flush(end);
                disk.Checkpoints.WriteTouched(touched);
            });
            Turns.Take(() =>
            {
                manifest = disk.WriteCheckpoint(effect.Instance);
                CheckpointTaken(effect.Instance, manifest.Root);
                Deliver(new CheckpointTakenInput(manifest));
                _outbox.Release();
            });
            Turns.Take(() => Audit(manifest, touched));
            Turns.Take(disk.Checkpoints.MergeAhead);
        });
    }

    private void Audit(Manifest manifest, FrozenState state)
    {
        if (_audit.FindWrong(manifest, state, disk.Checkpoints.Open) is null) return;
        world.Events.Count("record found wrong in memory");
        Deliver(new StateDamagedInput(manifest));
    }

    private void PassCheckpoint(PassCheckpointEffect effect)
    {
        FrozenState touched = ServiceHost.Freeze(effect.Own);
        LaterInTurn(0, () =>
        {
            Turns.Take(() => disk.Checkpoints.WriteTouched(touched));
            Turns.Take(() => disk.Checkpoints.Pass(effect.Instance));
        });
    }

    private void Install(InstallStateEffect effect)
    {
        Manifest manifest = effect.Manifest;
        _executed = manifest.Instance;
        _installations++;
        disk.BeginSegment(manifest.Instance, effect.LiveRecords);
        _isInstalling = true;
        long end = disk.End;
        LaterInTurn(Long(), () =>
        {
            Turns.TakeNew(() =>
            {
                disk.Flush(end);
                disk.Checkpoints.EndFetch(manifest);
                disk.Truncate(manifest.Instance);
                _outbox.Release();
                if (manifest.Root != effect.Certificate.Root)
                    throw new InvalidOperationException(
                        $"The state fetched for {manifest.Instance} is not the one that was certified.");
            });
            Turns.Take(() =>
            {
                IReadOnlyList<StateRecord> own = disk.Checkpoints.Load(manifest, ServiceHost);
                _isInstalling = false;
                Installed(manifest.Instance, ServiceHost.StateDigest());
                Deliver(new StateInstalledInput(manifest.Instance, own));
            });
        });
    }

    /// <summary>How long it takes to write or load a checkpoint.</summary>
    private long Long() => random.Between(speed().FlushMinMicros, 20 * speed().FlushMaxMicros);

    /// <summary>Checkpoints are written and loaded one after the other.</summary>
    private void LaterInTurn(long micros, Action run)
    {
        _checkpointAtMicros = Math.Max(_checkpointAtMicros, world.NowMicros) + micros;
        LaterOnDisk(_checkpointAtMicros - world.NowMicros, run);
    }

    /// <summary>
    /// The disk is read, and the runs that are damaged are told of. Where one is, the log is taken to be damaged, too.
    /// </summary>
    public void Scrub()
    {
        IReadOnlyList<MissingRun> damaged = [.. disk.Checkpoints.FindDamaged()];
        foreach (MissingRun missing in damaged)
        {
            world.Events.Count("run found damaged");
            Deliver(new RunDamagedInput(missing));
        }
        if (damaged.Count > 0) Deliver(new LogDamagedInput());
    }
}
