using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;

namespace BftSmr.Tests.CatchUp;

public sealed class CheckpointPinsTests : IDisposable
{
    private static readonly ReplicaId Peer = new(3), Other = new(1);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly ReplicaContext _context;
    private readonly CheckpointPins _pins;

    public CheckpointPinsTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings { Self = new ReplicaId(2), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(2));
        At(0);
        _pins = new CheckpointPins(_context);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void What_a_peer_was_offered_stays_and_is_offered_again()
    {
        _pins.NoteOffered(Peer, Offer(8));
        _pins.NoteOffered(Other, Offer(32));
        _pins.NoteAsked(Peer);
        Assert.Equal([32, 8], _pins.Held.Select(static i => i.Value));
        Assert.Equal(8, _pins.Of(Peer)?.Certificate.Instance.Value);
    }

    [Fact]
    public void A_peer_holds_one_checkpoint_at_most_and_two_peers_may_hold_the_same()
    {
        _pins.NoteOffered(Peer, Offer(8));
        _pins.NoteOffered(Peer, Offer(16));
        _pins.NoteOffered(Other, Offer(16));
        Assert.Equal([16], _pins.Held.Select(static i => i.Value));
    }

    [Fact]
    public void A_peer_that_was_offered_nothing_keeps_nothing_by_asking()
    {
        _pins.NoteAsked(Peer);
        Assert.Empty(_pins.Held);
        Assert.Null(_pins.Of(Peer));
    }

    [Fact]
    public void A_peer_that_is_ahead_or_asks_for_nothing_lets_go()
    {
        _pins.NoteOffered(Peer, Offer(8));
        _pins.NoteOffered(Other, Offer(8));
        _pins.NoteExecuted(Peer, new Instance(7));
        Assert.NotNull(_pins.Of(Peer));
        _pins.NoteExecuted(Peer, new Instance(8));
        Assert.Null(_pins.Of(Peer));
        At(300 * _context.Settings.StatusPeriodMicros);
        Assert.Equal([8], _pins.Held.Select(static i => i.Value));
        At(300 * _context.Settings.StatusPeriodMicros + 1);
        Assert.Empty(_pins.Held);
        _pins.NoteAsked(Other); // too late: what it asks for may be gone
        Assert.Empty(_pins.Held);
    }

    private void At(long micros) => _context.BeginStep(new ClockReading(micros, 0), _effects);

    private static CheckpointOffer Offer(int instance)
    {
        Manifest manifest = new(instance, new Instance(instance), [], []);
        return new CheckpointOffer(new CheckpointCertificate(manifest.Instance, manifest.Root, []), manifest);
    }
}
