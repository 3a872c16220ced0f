using System.Buffers;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Simulation.Network;
using BftSmr.Simulation.Workload;

namespace BftSmr.Simulation.Clients;

/// <summary>
/// A client that wants to harm: it has its own key and links, and sends anything over them from beginning to end.
/// </summary>
internal sealed class ByzantineClient : INetworkNode
{
    private readonly World _world;
    private readonly SimulatedNetwork _network;
    private readonly ClientId _id;
    private readonly ByzantineClientKind _kind;
    private readonly Quorums _quorums;
    private readonly IKeyring _keyring;
    private readonly CodecLimits _limits;
    private readonly SimulationRandom _random;
    private bool _stopped;
    private ulong _nonce, _sequence, _answered;
    private Request? _repeated;

    public ByzantineClient(
        World world, SimulatedNetwork network, ClientId id, ByzantineClientKind kind, Quorums quorums,
        IKeyring keyring, CodecLimits limits)
    {
        (
            _world, _network, _id, _kind, _quorums, _keyring, _limits) = (world, network, id, kind, quorums, keyring,
            limits);
        _random = world.Random.Fork("byzantine client", id.Value);
        Node = network.Add(this);
    }

    public int Node { get; }
    public bool IsAlive => true;

    /// <summary>What it does to its messages, each to those of one type.</summary>
    public IReadOnlyList<Interference> Interferences { get; init; } = [];

    /// <summary>It has had its chance: sends no more.</summary>
    public void Stop() => _stopped = true;

    public void Start()
    {
        if (_kind == ByzantineClientKind.Trickler) _network.Narrow(Node, new LinkBandwidth(500, 8 << 20));
        NewSession();
        ActLater();
    }

    public void Receive(int from, NetworkFrame frame)
    {
        if (ClientMessageCodec.TryDecode(frame.Bytes, _limits, out ClientMessage? message)
            && message is Reply reply && reply.Nonce == _nonce)
            _answered = Math.Max(_answered, reply.Sequence);
    }

    public void LinkChanged(int peer, bool isUp)
    {
        if (isUp) Send(peer, new Attach(_nonce));
    }

    private void ActLater() => _world.After(_random.Between(2_000, PauseMaxMicros), () =>
    {
        if (_stopped) return;
        _world.Faults.Count($"byzantine client: {_kind}");
        Act();
        ActLater();
    });

    /// <summary>Kinds that live on numbers act more often.</summary>
    private long PauseMaxMicros => _kind >= ByzantineClientKind.BadSigner ? 10_000 : 60_000;

    private void Act()
    {
        switch (_kind)
        {
            case ByzantineClientKind.PartialMacs:
                if (_sequence > _answered + 20) NewSession();
                SendToSome(Spoil(Next(_sequence++), SomeReplicas()), everywhere: _random.Chance(0.5));
                break;
            case ByzantineClientKind.Gaps:
                if (_random.Chance(0.1)) NewSession();
                _sequence += (ulong)_random.Between(1, _random.Chance(0.1) ? 100_000 : 3);
                SendToSome(Authenticated(Next(_sequence)), everywhere: true);
                break;
            case ByzantineClientKind.Equivocator:
                Equivocate();
                break;
            case ByzantineClientKind.Spammer:
                for (int i = 0; i < 20; i++)
                {
                    Request spoilt = Spoil(Next((ulong)_random.Between(1, 400)), ReplicaSet.AllOf(_quorums.Replicas));
                    SendToSome(spoilt, everywhere: true);
                }
                break;
            case ByzantineClientKind.Flooder:
                if (_sequence > _answered + 60) _sequence = _answered + 1;
                for (int i = 0; i < 20; i++)
                    SendToSome(
                        RequestCodec.Authenticate(
                            Next(_sequence++), _keyring, _quorums.Replicas, macs: true, signature: true),
                        everywhere: true);
                break;
            case ByzantineClientKind.LeaderMacs:
                if (_sequence++ > 40) NewSession();
                else if (_answered > 0) SendOneToEach(Next(2));
                break;
            case ByzantineClientKind.Squatter:
                Squat();
                break;
            case ByzantineClientKind.Garbage:
                SendGarbage();
                break;
            case >= ByzantineClientKind.BadSigner:
                ActInNumbers();
                break;
            default:
                NewSession();
                if (_random.Chance(0.5)) SendToSome(Authenticated(Next(_sequence++)), everywhere: true);
                break;
        }
    }

    private void ActInNumbers()
    {
        switch (_kind)
        {
            case ByzantineClientKind.BadSigner:
                for (int i = 0; i < 10; i++)
                    SendToSome(
                        RequestCodec.WithAuthentication(Next(_sequence++), default, new byte[Request.SignatureBytes]),
                        everywhere: true);
                break;
            case ByzantineClientKind.Resender:
                _repeated ??= Signed(Next(2));
                for (int i = 0; i < 30; i++) SendToSome(_repeated, everywhere: true);
                break;
            case ByzantineClientKind.HeavyReader:
                for (int i = 0; i < 5; i++) AskForMuch();
                break;
            case ByzantineClientKind.Stranger:
                _nonce++;
                for (ulong i = 0; i < 40; i++) SendToSome(Authenticated(Next(2 + i)), everywhere: true);
                break;
            case ByzantineClientKind.Churner:
                for (int i = 0; i < _quorums.Replicas; i++) _network.Cut(Node, i);
                break;
            case ByzantineClientKind.Trickler:
                AskForMuch();
                break;
            default:
                if (_sequence > _answered + 8) NewSession();
                SendToSome(Signed(Next(_sequence++)), everywhere: true);
                break;
        }
    }

    private Request Signed(Request request) =>
        RequestCodec.Authenticate(request, _keyring, _quorums.Replicas, macs: true, signature: true);

    /// <summary>Asks each replica for a whole reply of the largest size.</summary>
    private void AskForMuch()
    {
        byte[] operation = new RegisterOperation(RegisterKind.Scan, 0, 0, 0, byte.MaxValue).Encode();
        for (int i = 0; i < _quorums.Replicas; i++)
            Send(i, new Read(_nonce, _sequence++, WantsFull: true, operation));
    }

    private void NewSession()
    {
        _nonce = Math.Max(_nonce + 1, (ulong)(1_000_000 + _world.NowMicros) * 64);
        (_sequence, _answered) = (2, 0);
        for (int i = 0; i < _quorums.Replicas; i++) Send(i, new Attach(_nonce));
        Request open = Authenticated(
            RequestCodec.Create(
                new SessionId(_id, _nonce), 1, RequestKind.Open, SomeReplicas(), new ReplicaId(0), default));
        SendToSome(open, everywhere: true);
    }

    private void Equivocate()
    {
        ulong sequence = _sequence++;
        if (_sequence > _answered + 20) NewSession();
        Request one = Authenticated(Next(sequence)), other = Authenticated(Next(sequence));
        ReplicaSet told = SomeReplicas();
        for (int i = 0; i < _quorums.Replicas; i++) Send(i, new Submit(told.Contains(new ReplicaId(i)) ? one : other));
    }

    private void Squat()
    {
        ulong open = _nonce;
        for (int i = 0; i < 12; i++)
        {
            _nonce = Math.Max(open + 1, (ulong)(1_000_000 + _world.NowMicros) * 64) + (ulong)i; // never opened
            for (ulong sequence = 2; sequence <= 8; sequence++)
            {
                Request waits = RequestCodec.Authenticate(
                    Next(sequence), _keyring, _quorums.Replicas, macs: true, signature: false);
                Send(0, new Submit(waits));
            }
        }
        _nonce = open;
        if (_answered == 0) return;
        Request good = RequestCodec.Authenticate(
            RequestCodec.Create(
                new SessionId(_id, _nonce), _answered + 1, RequestKind.Command,
                ReplicaSet.AllOf(_quorums.Replicas), new ReplicaId(0), new RegisterOperation(
                    RegisterKind.Put, (byte)RegisterService.CorrectRegisters, 1, 0, 0).Encode()),
            _keyring, _quorums.Replicas, macs: true, signature: true);
        for (int i = 1; i < _quorums.Replicas; i++) Send(i, new Submit(good));
    }

    private void SendGarbage()
    {
        byte[] garbage = new byte[_random.Next(8) == 0 ? _limits.ClientFrameBytesMax + 1 : _random.Next(200)];
        for (int i = 0; i < Math.Min(garbage.Length, 200); i++) garbage[i] = (byte)_random.NextUInt64();
        if (_random.Chance(0.5))
        {
            ArrayBufferWriter<byte> bytes = new(256);
            ClientMessageCodec.Encode(new Submit(Authenticated(Next(_sequence++))), bytes);
            garbage = bytes.WrittenSpan.ToArray();
            garbage[_random.Next(garbage.Length)] ^= (byte)(1 << _random.Next(8));
        }
        _network.Send(Node, _random.Next(_quorums.Replicas), garbage);
    }

    private ReplicaSet SomeReplicas() =>
        ReplicaSet.FromBits(_random.NextUInt64()).Intersect(ReplicaSet.AllOf(_quorums.Replicas));

    private Request Next(ulong sequence)
    {
        byte register = (byte)_random.Between(RegisterService.CorrectRegisters, RegisterService.Registers - 1);
        byte[] operation = new RegisterOperation(
            RegisterKind.Put, register, (long)(_random.NextUInt64() >> 2), 0, 0).Encode();
        if (_random.Chance(0.1)) operation = operation[..5];
        return RequestCodec.Create(
            new SessionId(_id, _nonce), sequence, _random.Pick([
                RequestKind.Command, RequestKind.Command, RequestKind.Command, RequestKind.OrderedQuery,
                RequestKind.Open,
            ]),
            SomeReplicas(), new ReplicaId(_random.Next(_quorums.Replicas)), operation,
            1 + (_random.NextUInt64() % sequence));
    }

    private Request Authenticated(Request request) =>
        RequestCodec.Authenticate(request, _keyring, _quorums.Replicas, macs: true, signature: _random.Chance(0.5));

    /// <summary>Makes the MACs for these replicas wrong.</summary>
    private Request Spoil(Request request, ReplicaSet replicas)
    {
        Request good = RequestCodec.Authenticate(request, _keyring, _quorums.Replicas, macs: true, signature: false);
        byte[] macs = good.Macs.ToArray();
        foreach (ReplicaId replica in replicas) macs[replica.Value * Request.MacBytes] ^= 1;
        return RequestCodec.WithAuthentication(
            good, macs, _random.Chance(0.1) ? new byte[Request.SignatureBytes] : default);
    }

    private void SendOneToEach(Request request)
    {
        for (int i = 0; i < _quorums.Replicas; i++)
        {
            ReplicaSet others = ReplicaSet.AllOf(_quorums.Replicas).Without(new ReplicaId(i));
            Send(i, new Submit(Spoil(request, others)));
        }
    }

    private void SendToSome(Request request, bool everywhere)
    {
        for (int i = 0; i < _quorums.Replicas; i++)
        {
            if (everywhere || _random.Chance(0.4)) Send(i, new Submit(request));
        }
    }

    private void Send(int to, ClientMessage message)
    {
        string type = message.GetType().Name;
        Interference? rule = Interferences.FirstOrDefault(r => r.Message == type);
        switch (rule?.Kind)
        {
            case InterferenceKind.Delay:
                _world.After(rule.Amount * 1_000L, () => Transmit(to, message));
                return;
            case InterferenceKind.Duplicate:
                for (int i = 1; i < rule.Amount; i++) Transmit(to, message);
                break;
            case InterferenceKind.Drop when _random.Chance(rule.Amount / 100.0):
                return;
            case InterferenceKind.Divert when _random.Chance(rule.Amount / 100.0):
                to = (to + 1) % _quorums.Replicas;
                break;
            case InterferenceKind.Lie when _random.Chance(rule.Amount / 100.0):
                message = Falsify(message);
                break;
        }
        Transmit(to, message);
    }

    private ClientMessage Falsify(ClientMessage message) => message switch
    {
        Submit { Request: var request } => new Submit(
            Authenticated(
                RequestCodec.Create(
                    request.Session, request.Sequence + (ulong)_random.Next(100), request.Kind, SomeReplicas(),
                    new ReplicaId(_random.Next(_quorums.Replicas)), request.Operation))),
        Read read => read with { Nonce = read.Nonce + 1, Seconders = SomeReplicas() },
        _ => new Attach(_nonce + (ulong)_random.Next(100)),
    };

    private void Transmit(int to, ClientMessage message)
    {
        ArrayBufferWriter<byte> bytes = new(256);
        ClientMessageCodec.Encode(message, bytes);
        _network.Send(Node, to, bytes.WrittenMemory);
    }
}
