using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Settings;

namespace BftSmr.Simulation.Adversaries;

/// <summary>
/// A Byzantine replica: a correct core whose inputs and messages pass through here. It holds its own key and no other,
/// so it can sign only as itself.
/// </summary>
internal abstract class Adversary
{
    private World? _world;
    private Action<ReplicaId, PeerMessage>? _send;

    public abstract AdversaryKind Kind { get; }

    protected World World => _world ?? throw new InvalidOperationException("The adversary has no replica yet.");
    protected SimulationRandom Random { get; private set; } = new(0);
    protected ReplicaSettings Settings { get; private set; } = null!;

    /// <summary>Makes an instance of the replicated service.</summary>
    protected Func<IStateMachine> Service { get; private set; } = null!;

    protected IKeyring Keyring { get; private set; } = null!;
    protected OrderingProtocol Protocol { get; private set; } = null!;
    protected ReplicaId Self => Settings.Self;

    /// <summary>Takes over a replica.</summary>
    public void Join(
        World world, SimulationRandom random, ReplicaSettings settings, IKeyring keyring, OrderingProtocol protocol,
        Func<IStateMachine> service, Action<ReplicaId, PeerMessage> send) =>
        (
            _world, Random, Settings, Keyring, Protocol, Service, _send) = (world, random, settings, keyring, protocol,
            service, send);

    /// <summary>
    /// The core sends a message to a peer; what is added to <paramref name="instead"/> leaves in its place.
    /// </summary>
    public virtual void Sending(ReplicaId to, PeerMessage message, List<PeerMessage> instead) => instead.Add(message);

    /// <summary>The bytes that leave in place of a frame to a peer.</summary>
    public virtual ReadOnlyMemory<byte> Framing(ReplicaId to, ReadOnlyMemory<byte> frame) => frame;

    /// <summary>The core answers a client; the result leaves in its place, or nothing if it is null.</summary>
    public virtual ClientMessage? Answering(ClientId client, ClientMessage answer) => answer;

    /// <summary>Whether the core gets to see an input.</summary>
    public virtual bool Receiving(Input input) => true;

    /// <summary>Called every few milliseconds of virtual time.</summary>
    public virtual void Idle() { }

    protected void Send(ReplicaId to, PeerMessage message)
    {
        World.Faults.Count($"{Kind}: own message");
        _send!(to, message);
    }

    protected void SendToAll(PeerMessage message)
    {
        for (int i = 0; i < Settings.Quorums.Replicas; i++)
        {
            if (i != Self.Value) Send(new ReplicaId(i), message);
        }
    }

    /// <summary>Counts one thing done that a correct replica would not have done.</summary>
    protected void Misbehave(string what) => World.Faults.Count($"{Kind}: {what}");

    protected Digest AnyDigest()
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)Random.NextUInt64();
        return new Digest(bytes);
    }

    protected StopData Sign(StopData data)
    {
        byte[] signature = new byte[64];
        Keyring.Sign(PeerMessageCodec.SignedBytes(data), signature);
        return data with { Signature = signature };
    }

    protected Checkpoint Sign(Checkpoint checkpoint)
    {
        byte[] signature = new byte[64];
        Keyring.Sign(PeerMessageCodec.SignedBytes(checkpoint), signature);
        return checkpoint with { Signature = signature };
    }
}
