using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Ingress;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Service;
using BftSmr.Settings;
using BftSmr.Simulation.Adversaries;
using BftSmr.Simulation.Checking;
using BftSmr.Simulation.Network;
using BftSmr.Simulation.Storage;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Replicas;

/// <summary>
/// One replica: the real core, ingress, codec and executor, hosted in virtual time on a simulated disk and network. Can
/// be crashed, restarted, paused, robbed of its disk, and handed to an adversary.
/// </summary>
internal sealed class SimulatedReplica : INetworkNode
{
    private const int InboxMax = 20_000;

    private readonly World _world;
    private readonly SimulatedNetwork _network;
    private readonly ReplicaSettings _settings;
    private readonly IKeyring _keyring;
    private readonly Func<IStateMachine> _service;
    private readonly HistoryChecker _history;
    private readonly ProposalChecker _proposals;
    private readonly RecoveryChecker _recovery;
    private readonly Adversary? _adversary;
    private readonly SimulationRandom _random;
    private readonly WorkChecker _work;
    private readonly MessageIngress _ingress;
    private readonly EffectBuffer _effects = new();
    private readonly Queue<Action> _inbox = new();
    private readonly SimulatedLinks _links;
    private readonly string _name;
    private readonly SimulationRandom _torn;
    private SimulatedEffects? _runner;
    private readonly OrderingProtocol _protocol;
    private readonly SimulatedProcessor? _processor;
    private IReplicaCore? _core;
    private long _life;
    private readonly ReplicaTicks _ticks;
    private bool _paused, _forgets, _hasEndOfRecovery;
    private MemoryRot? _rot;
    private Instance? _lacksUpTo;

    public SimulatedReplica(
        World world, SimulatedNetwork network, ReplicaSettings settings, IKeyring keyring, Func<IStateMachine> service,
        HistoryChecker history, SimulatedClock clock, Adversary? adversary, OrderingProtocol protocol,
        SimulatedProcessor? processor)
    {
        (_protocol, _processor) = (protocol, processor);
        if (processor is not null) keyring = new MeteredKeyring(keyring, processor);
        (_world, _network, _settings, _keyring) = (world, network, settings, keyring);
        (_service, _history, Clock, _adversary) = (service, history, clock, adversary);
        _links = new SimulatedLinks(world, network, settings.Self, adversary, () => IsAlive && !_paused, _processor);
        _random = world.Random.Fork("replica", settings.Self.Value);
        _ticks = new ReplicaTicks(world, settings.Self, clock)
        {
            Enter = run => Enter(_life, run),
            Tick = () =>
            {
                Step(_life, TickInput.Instance);
                return _core?.NextDeadlineMicros;
            },
            NextDeadlineMicros = () => _core!.NextDeadlineMicros,
        };
        _work = new WorkChecker(world, settings, keyring);
        _ingress = new MessageIngress(settings, IsCorrect ? _work : keyring, protocol);
        _name = settings.Self.ToString();
        _proposals = new ProposalChecker(world, settings.Self);
        _recovery = new RecoveryChecker(world, settings.Self);
        Disk = new SimulatedDisk(_ingress.Limits, settings);
        _torn = world.Random.Fork("torn writes", settings.Self.Value);
        network.Add(this);
        if (adversary is null) return;
        adversary.Join(
            world, world.Random.Fork("adversary", settings.Self.Value), settings, keyring, protocol, service,
            _links.Send);
        IdleLater();
    }

    public ReplicaId Id => _settings.Self;
    public SimulatedClock Clock { get; }
    public SimulatedDisk Disk { get; }
    public DiskSpeed DiskSpeed { get; set; } = DiskSpeed.Quick;
    public long ServiceMicros { get; set; }

    /// <summary>When it crashes, of what it was writing some sectors are on disk, and others are not.</summary>
    public bool TearsWrites { get; set; }

    public bool IsAlive => _core is not null;
    public bool IsCorrect => _adversary is null;
    public bool IsPaused => _paused;

    /// <summary>
    /// It is one of the f: it lost votes or state that it may have acknowledged, or may lose them at its next write,
    /// and has not caught up yet.
    /// </summary>
    public bool IsForgetful =>
        _forgets || IsRotten || _lacksUpTo is not null || Disk.Checkpoints.IsDamaged || (Disk.Fails && ForgetsInCrash);

    /// <summary>A bit of its state turned, and it has not been put right.</summary>
    public bool IsRotten => _rot is { IsOver: false };

    /// <summary>Its votes are not on its disk before they leave.</summary>
    public bool ForgetsInCrash => _settings.Durability != Durability.Votes;

    public IReplicaCore? Core => _core;

    /// <summary>The digest of the service's state; null while the replica is down.</summary>
    public Digest? State => _runner?.ServiceHost.StateDigest();

    /// <summary>Starts, or starts again, from what the disk holds.</summary>
    public void Start()
    {
        long life = ++_life;
        _world.Tell(_name, "starts");
        Clock.Boot(_world.NowMicros);
        IStateMachine service = _service();
        ServiceHost executor = new(service, _settings.ReplyBytesMax, _settings.Rights);
        _rot = new MemoryRot(Id, service, executor, _history, _rot);
        RecoveredState recovered = Recover(executor);
        _forgets |= recovered.VotesForgotten;
        _runner = new SimulatedEffects(
            _world, _settings, recovered.Checkpoint.Instance, executor, Disk, _random, () => DiskSpeed)
        {
            Processor = _processor,
            ServiceMicros = () => ServiceMicros,
            Deliver = input => Step(life, input),
            Later = (micros, run) => Later(life, micros, run),
            SendToPeer = _links.SendToPeer,
            SendToClient = _links.SendToClient,
            Executed = (effect, executed) =>
            {
                if (IsCorrect && _rot.TryExecuted(effect, executed)) Times.Executed(effect);
            },
            CheckpointTaken = IsCorrect ? _rot.CheckpointTaken : static (_, _) => { },
            Installed = IsCorrect ? _rot.Installed : static (_, _) => { },
            DiskFailed = () =>
            {
                _world.Tell(_name, "cannot write");
                if (ForgetsInCrash) Forget();
                Crash(machineToo: false);
            },
        };
        if (IsCorrect && _rot.IsOver)
            _history.Restored(Id, recovered.Checkpoint.Instance, executor.StateDigest());
        _recovery.Begin(recovered.Checkpoint.Instance, recovered.Records);
        Guard(() =>
        {
            _proposals.Forget();
            _core = ReplicaCore.Create(_settings, _ingress.Keyring, recovered, _protocol);
            _ingress.Uses = _core.Uses;
            _core.Start(Clock.Read(_world.NowMicros), _effects);
            CarryOut();
        });
    }

    /// <summary>The process ends at once. The disk keeps what was flushed and perhaps a little more.</summary>
    public void Crash(bool machineToo)
    {
        if (!IsAlive) return;
        Stop(machineToo);
        int lost = Disk.LosePower(_random, TearsWrites ? _torn : null);
        if (TearsWrites && lost > 0) _world.Faults.Count("write torn");
        _world.Tell(_name, $"crashes, {lost} unflushed log entries lost");
    }

    /// <summary>It will not remember all it said: from now on, until it has caught up, it is one of the f.</summary>
    public void Forget()
    {
        _forgets = true;
        _hasEndOfRecovery = false; // the end of an earlier recovery says nothing of the next
    }

    /// <summary>Takes the disk away from a replica that is down.</summary>
    public void Wipe()
    {
        _world.Tell(_name, "loses its disk");
        Disk.Wipe();
    }

    /// <summary>A run on its disk is damaged: it finds that out after a while, if it does not restart before.</summary>
    public void ScrubLater() => Later(_life, _random.Between(10_000, 400_000), () => _runner?.Scrub());

    /// <summary>A bit of its service's state turns. False if that has none.</summary>
    public bool TryRot(int place)
    {
        if (_rot?.TryBegin(place, _core!.Status().LastExecuted) != true) return false;
        _world.Tell(_name, "has a bit of its state turned in memory");
        return true;
    }

    public void Pause()
    {
        _paused = true;
        _processor?.Pause();
        _world.Tell(_name, "pauses");
    }

    public void Resume()
    {
        _paused = false;
        _world.Tell(_name, $"resumes with {_inbox.Count} events waiting");
        _processor?.Resume();
        while (!_paused && _inbox.TryDequeue(out Action? run)) run();
    }

    public void Receive(int from, NetworkFrame frame)
    {
        if (!IsAlive || (_paused && _inbox.Count >= InboxMax)) return;
        Enter(_life, () => Read(from, frame.Bytes), from, frame);
    }

    public void LinkChanged(int peer, bool isUp)
    {
        long life = _life;
        Enter(life, () =>
        {
            if (peer < _settings.Quorums.Replicas) Step(life, new LinkInput(new ReplicaId(peer), isUp));
            else if (!isUp) _links.Detach(peer);
        });
    }

    private RecoveredState Recover(ServiceHost executor)
    {
        if (_settings.Durability == Durability.None) Disk.Checkpoints.Wipe(); // as the host does
        DiskContents found = Disk.Recover();
        if (found.Damage is { } damage)
        {
            _world.Tell(_name, $"finds its log damaged: {damage.File} at {damage.Offset}, {damage.Description}");
            _world.Events.Count("log found damaged");
        }
        if (found.Unnoticed && IsCorrect)
            _world.Violate(
                "storage", $"{Id} starts without records that were on its disk, and takes nothing for missing.");
        if (found.CheckpointLost)
        {
            _world.Tell(_name, "finds its checkpoint damaged");
            _world.Events.Count("checkpoint found damaged");
            _lacksUpTo = _history.Last;
        }
        return found.WithOwn(Disk.Checkpoints.Load(found.Checkpoint, executor));
    }

    private void Read(int from, ReadOnlyMemory<byte> frame)
    {
        int replicas = _settings.Quorums.Replicas;
        RejectReason reason;
        _work.Reads(from);
        _processor?.Charge(_processor.Costs.FrameNanos);
        _processor?.ChargeBytes(frame.Length);
        Input? input = from < replicas
            ? _ingress.FromPeer(new ReplicaId(from), frame, out reason)
            : _ingress.FromClient(ClientOf(from), frame, out reason);
        switch (input)
        {
            case null:
                _world.Tell(_name, $"drops a frame of node {from}: {reason}");
                if (_processor is not null && from >= replicas) _network.Cut(from, Id.Value); // as the host does
                break;
            case AttachInput attach:
                _links.Attach(attach.Session, from);
                break;
            default:
                Step(_life, input);
                break;
        }
    }

    /// <summary>Holds agreed time against the clocks.</summary>
    public required AgreedTimeChecker Times { get; init; }

    /// <summary>Holds votes against each other.</summary>
    public required VoteChecker Votes { get; init; }

    /// <summary>The identity behind a client's node; set by the cluster.</summary>
    public required Func<int, ClientId> ClientOf { get; init; }

    private void Step(long life, Input input)
    {
        if (life != _life || _core is null || _world.Violation is not null) return;
        if (_adversary is not null && !_adversary.Receiving(input)) return;
        _world.Tell(_name, "<-", input);
        if (input is StateInstalledInput) _proposals.Forget();
        if (IsCorrect) Times.Received(input);
        if (IsCorrect) Votes.Taken(Id, input);
        Guard(() =>
        {
            _core.Step(input, Clock.Read(_world.NowMicros), _effects);
            CarryOut();
        });
    }

    private void CarryOut()
    {
        Effect[] effects = [.. _effects.Effects];
        _effects.Clear();
        foreach (Effect effect in effects)
        {
            if (effect is not RejectEffect) _world.Tell(_name, "->", effect);
            _hasEndOfRecovery |= effect is PersistEffect { Record: SilentUpTo };
            if (IsCorrect) Note(effect);
            if (IsCorrect) _work.Note(effect);
            if (IsCorrect && Milestones.Of(effect) is { } milestone) _world.Events.Count(milestone);
            if (IsCorrect && effect is TakeCheckpointEffect) MemoryChecker.Check(_world, _settings, _core!.Status());
            _runner!.Run(effect);
        }
        if (_core is null) return;
        if (IsCorrect && _recovery.IsWatching) _recovery.Check(_core.Status());
        if (_forgets && _hasEndOfRecovery && !_core.Status().IsNonVoting)
        {
            _forgets = false;
            _world.Tell(_name, "has caught up");
        }
        if (_lacksUpTo is { } lacking && _core.Status().LastExecuted >= lacking) _lacksUpTo = null;
        _ticks.Schedule(_core.NextDeadlineMicros);
    }

    private void Note(Effect effect)
    {
        if (_recovery.IsWatching) _recovery.Check(effect, _core!.Status().LastExecuted);
        _proposals.Check(effect);
        Times.Sent(effect);
    }

    private void Later(long life, long micros, Action run) => _world.After(micros, () => Enter(life, run));

    /// <summary>Runs something in the replica's process, unless that has ended; later if it is paused.</summary>
    private void Enter(long life, Action run, int? from = null, NetworkFrame frame = default)
    {
        if (life != _life) return;
        if (_paused) _inbox.Enqueue(() => Enter(life, run, from, frame));
        else if (_processor is null) run();
        else if (from is not { } node) _processor.Post(run);
        else if (!_processor.TryPost(node, frame.Bytes.Length, run, frame.IsBulk))
            _world.Faults.Count("link not read");
    }

    private void IdleLater() => _world.After(_random.Between(1_000, 20_000), () =>
    {
        if (IsAlive && !_paused) _adversary!.Idle();
        IdleLater();
    });

    private void Stop(bool machineToo)
    {
        _life++;
        (_core, _runner) = (null, null);
        (_paused, _hasEndOfRecovery) = (false, false);
        _ticks.Stop();
        _inbox.Clear();
        _effects.Clear();
        _links.Clear();
        Votes.Forget(Id);
        _processor?.Stop();
        _network.Died(Id.Value, machineToo);
    }

    /// <summary>
    /// A correct replica may not throw on what it receives, nor on the faults of others. Its own broken invariants stop
    /// it, and count.
    /// </summary>
    private void Guard(Action run)
    {
#pragma warning disable CA1031 // An exception of the code under test is a finding, with its seed.
        try
        {
            run();
        }
        catch (StateMachineException e) when (IsCorrect && !ForgetsInCrash && _history.MayThrow(_core))
        {
            _world.Tell(_name, $"stops: {e.Message}");
            Crash(machineToo: false);
            _world.After(100_000, () =>
            {
                if (!IsAlive) Start();
            });
        }
        catch (Exception e)
        {
            if (IsCorrect) _world.Violate("invariant", $"{Id} stopped: {e}");
            else Stop(machineToo: false);
        }
#pragma warning restore CA1031
    }
}
