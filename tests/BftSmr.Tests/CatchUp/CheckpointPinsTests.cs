using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Tests.CatchUp;

public sealed class CheckpointPinsTests : IDisposable
{
    private static readonly ReplicaId Peer = new(3), Other = new(1);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly ReplicaContext _context;
    private readonly CheckpointLedger _ledger;
    private readonly CheckpointPins _pins;

    public CheckpointPinsTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings { Self = new ReplicaId(2), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(2));
        At(0);
        _ledger = new CheckpointLedger(_context);
        _pins = new CheckpointPins(_context, _ledger);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void What_a_peer_fetches_stays_and_is_offered_again_although_others_become_stable()
    {
        Stable(8);
        Stable(16);
        _pins.NoteAsked(Peer, new Instance(8));
        Stable(24);
        Stable(32);
        _pins.NoteAsked(Peer, new Instance(8));
        _pins.NoteAsked(Other, new Instance(32));
        Assert.Equal([32, 8], _pins.Held.Select(static i => i.Value));
        Assert.Equal(8, _pins.Of(Peer)?.Certificate.Instance.Value);
    }

    [Fact]
    public void A_snapshot_that_was_never_stable_here_or_is_long_gone_is_not_kept()
    {
        Stable(8);
        Stable(16);
        Stable(24);
        _pins.NoteAsked(Peer, new Instance(8));
        _pins.NoteAsked(Other, new Instance(17));
        Assert.Empty(_pins.Held);
    }

    [Fact]
    public void A_peer_that_is_ahead_or_asks_for_nothing_lets_go()
    {
        Stable(8);
        _pins.NoteAsked(Peer, new Instance(8));
        _pins.NoteAsked(Other, new Instance(8));
        _pins.NoteExecuted(Peer, new Instance(7));
        Assert.NotNull(_pins.Of(Peer));
        _pins.NoteExecuted(Peer, new Instance(8));
        Assert.Null(_pins.Of(Peer));
        At(300 * _context.Settings.StatusPeriodMicros);
        Assert.Equal([8], _pins.Held.Select(static i => i.Value));
        At(300 * _context.Settings.StatusPeriodMicros + 1);
        Assert.Empty(_pins.Held);
    }

    private void At(long micros) => _context.BeginStep(new ClockReading(micros, 0), _effects);

    private void Stable(int instance) =>
        _ledger.Adopt(new CheckpointCertificate(new Instance(instance), Digest.Of("root"u8), []), snapshotBytes: 1);
}
