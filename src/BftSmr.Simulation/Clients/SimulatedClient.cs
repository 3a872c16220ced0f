using System.Buffers;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Client.Core;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Sessions;
using BftSmr.Simulation.Checking;
using BftSmr.Simulation.Network;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Clients;

/// <summary>
/// A correct client: the real client core on virtual time. Issues the operations of a workload, so many at a time, part
/// of them in the first phase and the rest as soon as everything is mended. May be restarted, which leaves its
/// outstanding operations undecided.
/// </summary>
internal sealed class SimulatedClient : INetworkNode
{
    private readonly World _world;
    private readonly SimulatedNetwork _network;
    private readonly ClientSettings _settings;
    private readonly IKeyring _keyring;
    private readonly CodecLimits _limits;
    private readonly ClientChecker _checker;
    private readonly HistoryChecker _history;
    private readonly ClientPace _pace;
    private readonly IWorkload _workload;
    private readonly SimulationRandom _random;
    private readonly ClientEffectBuffer _effects = new();
    private readonly HashSet<Digest> _issued = [];
    private readonly bool[] _linksUp;
    private readonly int _number;
    private readonly string _name;
    private ClientCore _core;
    private long _life;
    private ulong _lastNonce;
    private int _told;
    private long _tickAtMicros = long.MaxValue;
    private int _begun, _over, _outstanding;
    private bool _healed, _waitsToThink;

    public SimulatedClient(
        World world, SimulatedNetwork network, int number, ClientSettings settings, IKeyring keyring,
        CodecLimits limits, ClientChecker checker, HistoryChecker history, ClientPace pace, IWorkload workload)
    {
        (_world, _network, _number, _settings, _keyring, _limits) = (world, network, number, settings, keyring, limits);
        (_checker, _history, _pace, _workload) = (checker, history, pace, workload);
        _random = world.Random.Fork("client", number);
        _name = $"c{number}";
        _linksUp = new bool[settings.Quorums.Replicas];
        Node = network.Add(this);
        _core = new ClientCore(settings, keyring) { WantsOneReply = true };
    }

    public int Node { get; }
    public bool IsAlive => true;

    /// <summary>Every operation has come to its end.</summary>
    public bool IsDone => _over == _pace.Operations || (IsLate && _outstanding == 0);

    public int Number => _number;

    public int Outstanding => _pace.UntilMicros is null ? _pace.Operations - _over : _outstanding;

    private bool IsLate => _world.NowMicros >= _pace.UntilMicros;

    public void Start()
    {
        Run(now => _core.Open(NextNonce(), now, _effects));
        Think();
    }

    /// <summary>Everything is mended: issue the rest without delay, unless the load is steady.</summary>
    public void Heal()
    {
        if (_pace.UntilMicros is not null) return;
        _healed = true;
        _waitsToThink = false;
        Think();
    }

    /// <summary>
    /// The client process ends and starts again; it never learns what became of its outstanding operations.
    /// </summary>
    public void Restart()
    {
        _world.Tell(_name, "restarts");
        _world.Faults.Count("client restart");
        _life++;
        _waitsToThink = false;
        _over += _outstanding;
        _outstanding = 0;
        _tickAtMicros = long.MaxValue;
        Array.Clear(_linksUp);
        _network.Died(Node, silently: false);
        _core = new ClientCore(_settings, _keyring) { WantsOneReply = true };
        Run(now => _core.Open(NextNonce(), now, _effects));
        Think();
    }

    public void Receive(int from, NetworkFrame frame)
    {
        if (!ClientMessageCodec.TryDecode(frame.Bytes, _limits, out ClientMessage? message))
        {
            _world.Tell(_name, "drops a malformed frame");
            return;
        }
        _world.Tell(_name, $"<- r{from}", message);
        Run(now => _core.OnMessage(new ReplicaId(from), message, now, _effects));
    }

    public void LinkChanged(int peer, bool isUp)
    {
        _linksUp[peer] = isUp;
        Run(now => _core.OnLink(new ReplicaId(peer), isUp, now, _effects));
    }

    /// <summary>How far its wall clock is ahead, microseconds; null if it numbers its sessions from 1970 on.</summary>
    public long? ClockSkewMicros { get; init; }

    private ulong NextNonce()
    {
        ulong byClock = ClockSkewMicros is { } skew
            ? ((ulong)(SimulatedClock.EpochMicros + _world.NowMicros + skew) << SessionNumber.TailBits) + (ulong)_number
            : (ulong)(1_000_000 + _world.NowMicros) * 64 + (ulong)_number;
        return _lastNonce = Math.Max(_lastNonce + 1, byClock);
    }

    /// <summary>After a refusal: a number of its own among those that the replicas say are free.</summary>
    private ulong NextNonce(SessionExpiredEffect expired)
    {
        if (!expired.WhileOpening || expired.FirstFree == 0) return NextNonce();
        _world.Events.Count("session number told");
        return expired.FirstFree + (ulong)(++_told * 64 + _number);
    }

    private void Run(Action<long> step)
    {
        if (_world.Violation is not null) return;
#pragma warning disable CA1031 // An exception of the code under test is a finding, with its seed.
        try
        {
            step(_world.NowMicros);
            CarryOut();
        }
        catch (Exception e)
        {
            _world.Violate("client", $"{_name} threw: {e}");
        }
#pragma warning restore CA1031
        ScheduleTick();
    }

    private void CarryOut()
    {
        ClientEffect[] effects = [.. _effects.Effects];
        _effects.Clear();
        foreach (ClientEffect effect in effects)
        {
            switch (effect)
            {
                case SendToReplicaEffect e:
                    Send(e.To, e.Message);
                    break;
                case OperationCompletedEffect e:
                    Complete((Operation)e.Operation);
                    break;
                case SessionExpiredEffect e:
                    _world.Tell(_name, "session expired");
                    Later(1_000, () => Run(now => _core.Open(NextNonce(e), now, _effects)));
                    break;
                case SessionOpenedEffect:
                    break;
                default:
                    throw new NotSupportedException($"A simulated client cannot do {effect}: add a case for it.");
            }
        }
    }

    private void Send(ReplicaId to, ClientMessage message)
    {
        _world.Tell(_name, $"-> {to}", message);
        if (message is Submit { Request: var request } && _issued.Add(request.Digest)) _history.Issued(request);
        ArrayBufferWriter<byte> bytes = new(256);
        ClientMessageCodec.Encode(message, bytes);
        _network.Send(Node, to.Value, bytes.WrittenMemory, isFirst: message is Attach);
    }

    private void Complete(Operation operation)
    {
        _over++;
        _outstanding--;
        RecordedOperation recorded = operation.Recorded;
        OperationOutcome outcome = operation.Outcome;
        switch (outcome.Kind)
        {
            case OutcomeKind.Ok or OutcomeKind.Failed when operation.Sequence != 0:
                ReplyStatus status = outcome.Kind == OutcomeKind.Ok ? ReplyStatus.Ok : ReplyStatus.Failed;
                _checker.Acknowledged(recorded, _core.Session, operation.Sequence, status, outcome.Result);
                break;
            case OutcomeKind.Ok or OutcomeKind.Failed:
                _checker.Answered(
                    recorded, outcome.Kind == OutcomeKind.Ok ? ReplyStatus.Ok : ReplyStatus.Failed, outcome.Result);
                break;
            case OutcomeKind.NotPermitted:
                _world.Tell(_name, "operation is refused");
                _world.Events.Count("operation refused");
                _checker.Refused(recorded, _settings.Client);
                break;
            default:
                _world.Tell(_name, $"operation ends undecided: {outcome.Kind}");
                _world.Events.Count($"operation ends as {outcome.Kind}");
                if (!outcome.MayHaveExecuted && operation is { Kind: OperationKind.Command, Sequence: not 0 })
                    _checker.Disclaimed(_core.Session, operation.Sequence);
                break;
        }
        Think();
    }

    /// <summary>Issues operations as long as there may be more at once; in the first phase after a pause.</summary>
    private void Think()
    {
        if (_waitsToThink || IsLate || _begun == _pace.Operations || _outstanding >= _pace.OutstandingMax) return;
        if (!_healed && _begun >= _pace.OperationsBeforeHealing) return;
        _waitsToThink = true;
        long life = _life;
        bool healed = _healed;
        _world.After(healed ? _random.Between(0, 2_000) : _random.Between(0, 2 * _pace.ThinkMicros), () =>
        {
            if (life == _life && healed == _healed) Begin();
        });
    }

    private void Begin()
    {
        _waitsToThink = false;
        if (IsLate || _begun == _pace.Operations || _outstanding >= _pace.OutstandingMax) return;
        WorkloadOperation next = _workload.Next(_random, _number, _begun);
        _begun++;
        _outstanding++;
        Operation operation = new(next, _checker.Invoked(_number, next));
        _core.WantsRelayedReads = _random.Chance(0.5);
        Run(now => _core.Begin(operation, now, _effects));
        Think();
    }

    private void Later(long micros, Action run)
    {
        long life = _life;
        _world.After(micros, () =>
        {
            if (life == _life) run();
        });
    }

    private void ScheduleTick()
    {
        long due = Math.Max(_core.NextDeadlineMicros, _world.NowMicros);
        if (_core.NextDeadlineMicros == long.MaxValue || due >= _tickAtMicros) return;
        _tickAtMicros = due;
        Later(due - _world.NowMicros, () =>
        {
            if (due != _tickAtMicros) return;
            _tickAtMicros = long.MaxValue;
            if (_core.NextDeadlineMicros > _world.NowMicros) ScheduleTick();
            else Run(now => _core.Tick(now, _effects));
        });
    }

    private sealed class Operation(WorkloadOperation operation, RecordedOperation recorded)
        : ClientOperation(
            operation.IsQuery ? OperationKind.Query : OperationKind.Command, operation.Bytes, long.MaxValue)
    {
        public RecordedOperation Recorded { get; } = recorded;
    }
}
