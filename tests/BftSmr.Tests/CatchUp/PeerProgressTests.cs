using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Tests.CatchUp;

public sealed class PeerProgressTests : IDisposable
{
    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly PeerProgress _progress;

    public PeerProgressTests()
    {
        ReplicaContext context = new(
            new ReplicaSettings { Self = new ReplicaId(2), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(2));
        context.BeginStep(new ClockReading(0, 0), new EffectBuffer());
        _progress = new PeerProgress(context);
    }

    public void Dispose() => _keys.Dispose();

    /// <summary>One of the peers may lie: what f+1 say counts. Before so many spoke, nothing is known.</summary>
    [Fact]
    public void A_replica_is_behind_what_a_correct_one_executed()
    {
        static Status Executed(long last) => new(Regency.Zero, true, new Instance(last), Instance.Zero);
        Assert.Null(_progress.InstancesBeyond(Instance.Zero));
        _progress.Record(new ReplicaId(0), Executed(1_000_000));
        Assert.Null(_progress.InstancesBeyond(Instance.Zero));
        _progress.Record(new ReplicaId(1), Executed(70));
        Assert.Equal(60, _progress.InstancesBeyond(new Instance(10)));
        Assert.Equal(0, _progress.InstancesBeyond(new Instance(71)));
        _progress.Record(new ReplicaId(3), Executed(80));
        Assert.Equal(70, _progress.InstancesBeyond(new Instance(10)));
    }

    /// <summary>
    /// A replica that forgets its votes in a restart is told whether this one may hold some of them.
    /// </summary>
    [Fact]
    public void A_sender_is_remembered_if_it_voted_in_an_earlier_run()
    {
        ReplicaId quiet = new(0), voter = new(1), early = new(3);
        Status First(ulong run) => new(Regency.Zero, true, Instance.Zero, Instance.Zero) { Run = run };
        foreach (ReplicaId peer in (ReplicaId[])[quiet, voter]) _progress.Record(peer, First(run: 7));
        _progress.NoteVote(voter);
        foreach (ReplicaId peer in (ReplicaId[])[quiet, voter]) _progress.Record(peer, First(run: 7));
        Assert.Equal([7UL, 7UL, 0UL, 0UL], _progress.Runs);

        foreach (ReplicaId peer in (ReplicaId[])[quiet, voter]) _progress.Record(peer, First(run: 6));
        Assert.Equal([6UL, 0UL, 0UL, 0UL], _progress.Runs);

        _progress.NoteVote(early); // no STATUS says of which run
        _progress.Record(early, First(run: 8));
        Assert.Equal([6UL, 0UL, 0UL, 0UL], _progress.Runs);
        _progress.Record(voter, First(run: 9));
        Assert.Equal([6UL, 0UL, 0UL, 0UL], _progress.Runs); // as long as this replica runs
    }
}
