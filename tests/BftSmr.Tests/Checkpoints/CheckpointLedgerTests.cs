using BftCloud.Primitives;
using BftSmr.Checkpoints;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;

namespace BftSmr.Tests.Checkpoints;

/// <summary>
/// Four replicas, one of which is mute or lies: the announcements of all others are needed, and their disks are not
/// equally fast.
/// </summary>
public sealed class CheckpointLedgerTests : IDisposable
{
    private const int Fast = 0, Slow = 1, Slower = 2, Faulty = 3;

    private readonly TestKeys _keys = new(replicas: 4, clients: 0);
    private readonly EffectBuffer[] _effects = [.. Enumerable.Range(0, 3).Select(static _ => new EffectBuffer())];
    private readonly CheckpointLedger[] _ledgers;

    public CheckpointLedgerTests() => _ledgers = [.. Enumerable.Range(0, 3).Select(Ledger)];

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(20)]
    [InlineData(3 * CheckpointLedger.KeptPerReplica)]
    public void Each_checkpoint_is_stable_once_the_slowest_disk_has_it_however_far_the_fastest_is_ahead(int ahead)
    {
        for (int i = 1; i <= ahead; i++) Take(Fast, i);
        Assert.InRange(Announced(Fast).Count, 1, CheckpointLedger.AnnouncedMax);
        Deliver();
        for (int i = 1; i <= ahead; i++)
        {
            Take(Slow, i);
            Take(Slower, i);
            Assert.Equal(i - 1, StableAt(Fast));
            Deliver();
            Assert.All(_ledgers, ledger => Assert.Equal(new Instance(i), ledger.Stable.Instance));
        }
    }

    [Fact]
    public void A_replica_that_announces_what_never_was_fills_only_its_own_room()
    {
        for (int i = 1; i <= 1000; i++)
            _ledgers[Fast].OnCheckpoint(new Checkpoint(new Instance(i), Digest.Of("a lie"u8), new ReplicaId(Faulty)));
        Each_checkpoint_is_stable_once_the_slowest_disk_has_it_however_far_the_fastest_is_ahead(20);
    }

    [Fact]
    public void The_lowest_announcements_are_kept_in_whatever_order_they_come()
    {
        for (int i = 2 * CheckpointLedger.KeptPerReplica; i > 0; i--)
            _ledgers[Fast].OnCheckpoint(new Checkpoint(new Instance(i), Root(i), new ReplicaId(Faulty)));
        Take(Slow, 1);
        Deliver();
        Take(Fast, 1);
        Assert.Equal(1, StableAt(Fast));
    }

    [Fact]
    public void What_was_lost_is_said_again_the_lowest_first()
    {
        for (int i = 1; i <= 100; i++) Take(Fast, i);
        List<Checkpoint> lost = Announced(Fast);
        _effects[Fast].Clear();
        _ledgers[Fast].Retransmit();
        Assert.Equal(lost, Announced(Fast));
        Assert.Equal(
            Enumerable.Range(1, CheckpointLedger.AnnouncedMax), lost.Select(static c => (int)c.Instance.Value));
    }

    /// <summary>It caught up to a checkpoint that had been proven to it: no announcement is needed any more.</summary>
    [Fact]
    public void A_checkpoint_that_was_proven_before_it_was_taken_is_stable_at_once()
    {
        _ledgers[Fast].NoteProven(new CheckpointCertificate(new Instance(7), Root(7), []));
        _ledgers[Fast].NoteProven(new CheckpointCertificate(new Instance(6), Root(6), []));
        Assert.Equal(7, _ledgers[Fast].Proven.Instance.Value);
        Take(Fast, 7);
        Assert.Equal(7, StableAt(Fast));
        Assert.Empty(Announced(Fast));
        Assert.Equal(7, _ledgers[Fast].OfferOf(new Instance(7))?.Certificate.Instance.Value);
        Assert.Null(_ledgers[Fast].OfferOf(new Instance(6)));
    }

    [Fact]
    public void A_state_that_differs_from_the_one_that_was_proven_is_a_contradiction()
    {
        _ledgers[Fast].NoteProven(new CheckpointCertificate(new Instance(7), Root(8), []));
        Take(Fast, 7);
        Assert.Equal(7, _ledgers[Fast].Contradicted?.Instance.Value);
        Assert.Equal(0, StableAt(Fast));
    }

    private CheckpointLedger Ledger(int self)
    {
        ReplicaContext context = new(
            new ReplicaSettings { Self = new ReplicaId(self), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(self));
        context.BeginStep(new ClockReading(0, 0), _effects[self]);
        return new CheckpointLedger(context);
    }

    private void Take(int at, int instance) => _ledgers[at].Take(ManifestOf(instance));

    private static Manifest ManifestOf(int instance) => new(instance, new Instance(instance), [], []);

    private static Digest Root(int instance) => ManifestOf(instance).Root;

    private long StableAt(int replica) => _ledgers[replica].Stable.Instance.Value;

    private List<Checkpoint> Announced(int by) =>
        [.. _effects[by].Effects.OfType<BroadcastEffect>().Select(static e => e.Message).OfType<Checkpoint>()];

    private void Deliver()
    {
        while (Enumerable.Range(0, 3).Where(i => _effects[i].Count > 0).Cast<int?>().FirstOrDefault() is { } from)
        {
            List<Checkpoint> announced = Announced(from);
            _effects[from].Clear();
            foreach (CheckpointLedger other in _ledgers.Where((_, i) => i != from))
                announced.ForEach(other.OnCheckpoint);
        }
    }
}
