using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Client.Core;
using BftSmr.Codec;
using BftSmr.Settings;
using BftSmr.Simulation.Adversaries;
using BftSmr.Simulation.Checking;
using BftSmr.Simulation.Clients;
using BftSmr.Simulation.Cryptography;
using BftSmr.Simulation.Faults;
using BftSmr.Simulation.Network;
using BftSmr.Simulation.Replicas;
using BftSmr.Simulation.Time;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Clusters;

/// <summary>
/// One simulation, in two phases as in TigerBeetle's VOPR. First faults happen, and no promise of safety may break.
/// Then everything but Byzantine replicas and clients is mended, and what is left must come to its end: every operation
/// answered, all correct replicas in the same state.
/// </summary>
internal sealed class ClusterSimulation
{
    private readonly SimulationOptions _options;
    private readonly World _world;
    private readonly SimulatedNetwork _network;
    private readonly ReplicaSettings _settings;
    private readonly FaultPlan _plan;
    private readonly FaultInjector _faults;
    private readonly HistoryChecker _history;
    private readonly AgreedTimeChecker _times;
    private readonly VoteChecker _votes;
    private readonly ClientChecker _clientChecker;
    private readonly List<SimulatedReplica> _replicas = [];
    private readonly List<SimulatedClient> _clients = [];
    private readonly List<ByzantineClient> _byzantine = [];
    private readonly Dictionary<int, ClientId> _identities = [];
    private readonly long _faultyMicros;
    private readonly bool _registers;

    public ClusterSimulation(SimulationOptions options, Func<IStateMachine> service, IWorkload workload, bool registers)
    {
        (_options, _registers) = (options, registers);
        _world = new World(options.Seed, options.TraceLines, Wording.Of);
        SimulationRandom random = _world.Random.Fork("cluster");
        _settings = SettingsDraw.Draw(random.Fork("settings"), options);
        _faultyMicros = options.FaultyMicros ?? random.Between(1_000_000, 10_000_000);
        int replicas = _settings.Quorums.Replicas;
        _plan = options.Faults
            ?? FaultPlanner.Draw(
                random.Fork("faults"),
                new FaultScope(
                    replicas, options.F, options.Clients, options.Durability, _faultyMicros, options.FaultKinds));
        _network = new SimulatedNetwork(_world, _plan.Network);
        _history = new HistoryChecker(_world, replicas, service, _settings.ReplyBytesMax, _settings.Rights);
        _times = new AgreedTimeChecker(_world, _settings.ClockSkewMicros);
        _votes = new VoteChecker(_world, id => _replicas[id.Value].IsCorrect);
        _clientChecker = new ClientChecker(
            _world, _history, service, _settings.ReplyBytesMax, _settings.Rights)
        {
            IsOnDisk = KeepsDisks ? IsOnDisk : null,
        };
        KeyOracle oracle = new(random.Fork("keys"));
        for (int i = 0; i < replicas; i++) AddReplica(i, oracle, service);
        for (int i = 0; i < options.Clients; i++) AddClient(i, random.Fork("client", i), oracle, workload);
        foreach (ByzantineClientKind kind in _plan.ByzantineClients) AddByzantineClient(kind, oracle, []);
        Interference[] byClient = [.. _plan.Interferences.Where(static i => i.Replica is null)];
        if (byClient.Length > 0) AddByzantineClient(ByzantineClientKind.Interferer, oracle, byClient);
        Connect(replicas);
        if (options.RecordsTimeline) RecordTimeline();
        _faults = new FaultInjector(_world, _network, _replicas, _clients, options.F, options.Durability, _plan);
    }

    private void RecordTimeline()
    {
        TimelineRecorder timeline = new(CodecLimits.For(_settings, _options.Ordering.Family), _replicas.Count);
        foreach (SimulatedReplica replica in _replicas) timeline.AddNode(replica.Id.ToString(), replica.IsCorrect);
        foreach (SimulatedClient client in _clients) timeline.AddNode($"c{client.Number}", isCorrect: true);
        for (int i = 0; i < _byzantine.Count; i++) timeline.AddNode($"b{i}", isCorrect: false);
        _network.Timeline = timeline;
        _world.Listener = timeline.Note;
    }

    /// <summary>
    /// Whether durability promises that what is acknowledged is in the logs as a decision, and nothing takes the logs
    /// away.
    /// </summary>
    private bool KeepsDisks =>
        _options.Durability == Durability.Decisions
            && !_plan.Events.Any(static e => e is DiskLossFault or DiskDamageFault);

    private IEnumerable<SimulatedReplica> Correct => _replicas.Where(static r => r.IsCorrect);

    public SimulationReport Run()
    {
        long recovery = 0;
#pragma warning disable CA1031 // An exception - of the code under test, the service or a checker - is a finding.
        try
        {
            recovery = Play();
        }
        catch (Exception e)
        {
            _world.Violate("exception", e.ToString());
        }
#pragma warning restore CA1031
        return Report(recovery);
    }

    /// <summary>Both phases; returns how long the second one took.</summary>
    private long Play()
    {
        _world.Tell(
            "--",
            $"seed {_options.Seed}: {_plan.Adversaries.Count} adversaries, {_plan.Events.Count} events, "
            + $"{_plan.Network}");
        foreach (SimulatedReplica replica in _replicas) replica.Start();
        foreach (SimulatedClient client in _clients) client.Start();
        foreach (ByzantineClient client in _byzantine) client.Start();
        _faults.Begin();
        _world.RunUntil(_faultyMicros, static () => false, _options.StepsMax);

        long healedAt = _world.NowMicros;
        if (_world.Violation is null) Recover();
        long recovery = _world.NowMicros - healedAt;
        if (_world.Violation is null) _clientChecker.Conclude();
        if (_world.Violation is null && _registers) RegisterChecker.Check(_world, _clientChecker.Operations);
        return recovery;
    }

    private void Recover()
    {
        _faults.Heal();
        foreach (SimulatedClient client in _clients) client.Heal();
        long end = _world.NowMicros + _options.HealedMicros;
        long next = 0;
        _world.RunUntil(end, () =>
        {
            if (_world.NowMicros < next) return false; // asking is not free
            next = _world.NowMicros + 10_000;
            if (!_clients.TrueForAll(static c => c.IsDone)) return false;
            // Replicas are compared when nothing is left to execute.
            foreach (ByzantineClient client in _byzantine) client.Stop();
            return WhatDiffers() is null;
        }, _options.StepsMax);
        if (_world.Violation is not null) return;
        List<string> waiting = [.. _clients.Where(static c => !c.IsDone)
            .Select(static c => $"c{c.Number} has {c.Outstanding} operations outstanding")];
        string seconds = $"{_options.HealedMicros / 1_000_000} s after everything was mended";
        if (waiting.Count > 0) _world.Violate("liveness", $"{seconds} {string.Join(", ", waiting)}. {Where()}");
        else if (WhatDiffers() is { } difference) _world.Violate("convergence", $"{seconds} {difference} {Where()}");
    }

    /// <summary>
    /// Of f+1 replicas that acknowledged an operation of this instance all correct ones have it on disk.
    /// </summary>
    private bool IsOnDisk(Instance instance) =>
        Correct.Count(r => r.Disk.HasDecision(instance)) + _plan.ByzantineReplicas > _options.F;

    /// <summary>What keeps the correct replicas from being in the same state; null if nothing does.</summary>
    private string? WhatDiffers()
    {
        foreach (SimulatedReplica replica in Correct)
        {
            if (replica.Core is not { } core) return $"{replica.Id} is down.";
            Instance executed = core.Status().LastExecuted;
            if (executed != _history.Last) return $"{replica.Id} has executed {executed} of {_history.Last}.";
            // What is wrong in memory is found at the next checkpoint, and there may be none.
            if (replica.State != _history.StateAfter(_history.Last) && !replica.IsRotten)
                return $"{replica.Id} has another state than the others.";
        }
        return null;
    }

    private string Where() => string.Join("; ", _replicas.Select(static r => r.Core?.Status() is { } s
        ? $"{r.Id}{(r.IsCorrect ? "" : " (Byzantine)")} {s.Regency}{(s.Synchronized ? "" : " not open")} "
            + $"executed {s.LastExecuted} stable {s.StableCheckpoint} pending {s.PendingRequests}"
        : $"{r.Id} down"));

    private void AddReplica(int index, KeyOracle oracle, Func<IStateMachine> service)
    {
        ReplicaId id = new(index);
        ClockError error = index < _plan.Clocks.Count ? _plan.Clocks[index] : default;
        ReplicaSettings settings =
            _settings with { Self = id, SeedSecret = _world.Random.Fork("seed secret", index).NextUInt64() };
        _replicas.Add(new SimulatedReplica(
            _world, _network, settings, oracle.ForReplica(id), service, _history, new SimulatedClock(
                error.DriftPpm, error.SkewMicros),
            AdversaryOf(id), _options.Ordering, ProcessorOf(id))
        {
            ClientOf = node => _identities[node],
            Times = _times,
            Votes = _votes,
        });
        if (_replicas[^1].IsCorrect) _times.Add(_replicas[^1].Clock);
    }

    private SimulatedProcessor? ProcessorOf(ReplicaId replica) => _options.Processor is not { } costs
        ? null
        : new SimulatedProcessor(_world, costs, _settings.Quorums.Replicas)
        {
            ClientOf = node => _identities[node],
            UnsentBytes = node => _network.UnsentBytes(replica.Value, node),
        };

    /// <summary>The adversary that the plan gives a replica; null if it is correct.</summary>
    private Adversary? AdversaryOf(ReplicaId replica)
    {
        if (_plan.Adversaries.FirstOrDefault(a => a.Replica == replica) is { } part)
            return AdversaryCast.Create(part.Kind);
        Interference[] rules = [.. _plan.Interferences.Where(i => i.Replica == replica)];
        return rules.Length == 0 ? null : new Interferer(rules);
    }

    private void AddClient(int index, SimulationRandom random, KeyOracle oracle, IWorkload workload)
    {
        // Two processes may share an identity; their sessions are apart. One without rights has its own.
        bool isShared = random.Chance(0.2) && index < _options.Clients - _options.ReadOnlyClients
            && _options.Load is null;
        ClientId id = new(isShared ? 0 : index);
        ClientSettings settings = new()
        {
            Client = id,
            Quorums = _options.Ordering.QuorumsOf(_settings.Quorums.Replicas, _settings.Quorums.Faulty),
            Authentication = _settings.Authentication,
            SessionWindow = _settings.SessionWindow,
            RetransmissionInitialMicros = random.Pick([100_000L, 500_000]),
        };
        SimulatedClient client = new(
            _world, _network, index, settings, oracle.ForClient(id),
            CodecLimits.For(_settings, _options.Ordering.Family), _clientChecker, _history, Pace(), workload)
        {
            ClockSkewMicros = index < _plan.ClientClocks.Count ? _plan.ClientClocks[index] : null,
        };
        _identities[client.Node] = id;
        _history.AddCorrectClient(id);
        _clients.Add(client);
    }

    private ClientPace Pace()
    {
        if (_options.Load is { } load)
        {
            return new ClientPace(
                int.MaxValue, int.MaxValue, _options.OutstandingMax, load.ThinkMicros,
                _faultyMicros + load.HealedMicros);
        }
        int late = Math.Max(2, _options.OperationsPerClient / 5);
        return new ClientPace(
            _options.OperationsPerClient, Math.Max(0, _options.OperationsPerClient - late), _options.OutstandingMax,
            _faultyMicros / Math.Max(1, _options.OperationsPerClient));
    }

    private void AddByzantineClient(
        ByzantineClientKind kind, KeyOracle oracle, IReadOnlyList<Interference> interferences)
    {
        ClientId id = new(1_000 + _byzantine.Count);
        ByzantineClient client = new(
            _world, _network, id, kind, _settings.Quorums, oracle.ForClient(id),
            CodecLimits.For(_settings, _options.Ordering.Family))
        {
            Interferences = interferences,
        };
        _identities[client.Node] = id;
        _byzantine.Add(client);
    }

    private void Connect(int replicas)
    {
        for (int one = 0; one < replicas + _identities.Count; one++)
        {
            for (int other = 0; other < Math.Min(one, replicas); other++) _network.Connect(one, other);
        }
    }

    private SimulationReport Report(long recoveryMicros) => new()
    {
        Seed = _options.Seed,
        Replicas = _replicas.Count,
        TraceHash = _world.Trace.Hash,
        Steps = _world.Steps,
        Messages = _network.FramesSent,
        VirtualMicros = _world.NowMicros,
        RecoveryMicros = recoveryMicros,
        Operations = _clientChecker.Operations.Count,
        Acknowledged = _clientChecker.Completed,
        Load = _options.Load is { } load
            ? LoadReport.Of(_clientChecker.Operations, load.MeasuredFromMicros, _faultyMicros, _world.NowMicros)
            : null,
        Instances = _history.Last.Value,
        Regency = Correct.Max(static r => r.Core?.Status().Regency.Value ?? 0),
        Faults = _world.Faults.ByKind,
        Events = _world.Events.ByKind,
        Plan = _plan,
        FaultyMicros = _faultyMicros,
        Trace = _world.Violation?.Trace ?? (_options.TellsTrace ? _world.Trace.Lines() : []),
        Violation = _world.Violation,
        Timeline = _network.Timeline?.Build(),
    };
}
