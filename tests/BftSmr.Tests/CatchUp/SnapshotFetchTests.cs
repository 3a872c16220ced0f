using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Settings;
using BftSmr.Tests.Ordering.ModSmart;

namespace BftSmr.Tests.CatchUp;

public sealed class SnapshotFetchTests : IDisposable
{
    private static readonly Instance s_instance = new(9);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly SnapshotFetch _fetch;

    public SnapshotFetchTests()
    {
        ReplicaContext context = new(
            new ReplicaSettings { Self = new ReplicaId(1), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(1));
        context.BeginStep(new ClockReading(0, 0), _effects);
        _fetch = new SnapshotFetch(context, new VotingParts(context).Log);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Chunks_found_on_disk_count_only_for_the_length_that_they_were_found_for()
    {
        Offer(2, snapshotBytes: 1000);
        // Not what was certified: it is not asked again.
        _fetch.OnChunk(new ReplicaId(2), new Chunk(s_instance, 0, new byte[3], []));
        Offer(3, snapshotBytes: 1);
        Assert.Equal([1000, 1], _effects.Effects.OfType<BeginFetchEffect>().Select(static e => e.SnapshotBytes));

        _fetch.OnResumed(new FetchResumedInput(s_instance, 1000, [0]));
        Assert.Null(_fetch.TakeComplete());

        _fetch.OnResumed(new FetchResumedInput(s_instance, 1, [0]));
        Assert.Equal(1, _fetch.TakeComplete()?.SnapshotBytes);
    }

    [Fact]
    public void Who_failed_in_a_fetch_that_is_over_is_asked_again_in_a_later_one()
    {
        Offer(2, snapshotBytes: 1000);
        _fetch.OnChunk(new ReplicaId(2), new Chunk(s_instance, 0, new byte[3], []));
        _fetch.Abandon(); // decided batches led further
        Offer(2, snapshotBytes: 1000);
        Assert.False(_fetch.IsActive);

        for (int i = 0; i < 20; i++) _fetch.Tick();
        Offer(2, snapshotBytes: 1000);
        Assert.True(_fetch.IsActive);
    }

    /// <summary>Offers of newer checkpoints, again and again, must not keep a fetch from its end.</summary>
    [Fact]
    public void A_newer_offer_does_not_end_a_fetch_that_has_a_source()
    {
        Offer(2, snapshotBytes: 1000);
        for (int i = 1; i <= 5; i++) Offer(3, snapshotBytes: 1000, s_instance + i);
        Assert.Equal(
            [s_instance], _effects.Effects.OfType<BeginFetchEffect>().Select(static e => e.Certificate.Instance));

        _fetch.OnChunk(new ReplicaId(2), new Chunk(s_instance, 0, new byte[3], [])); // its only source lied
        Offer(3, snapshotBytes: 1000, s_instance + 6);
        Assert.Equal(
            s_instance + 6, _effects.Effects.OfType<BeginFetchEffect>().Last().Certificate.Instance);
    }

    private void Offer(int from, long snapshotBytes, Instance? instance = null) =>
        _fetch.OnOffer(
            new ReplicaId(from),
            new CheckpointOffer(
                new CheckpointCertificate(instance ?? s_instance, Digest.Of("root"u8), []), snapshotBytes));
}
