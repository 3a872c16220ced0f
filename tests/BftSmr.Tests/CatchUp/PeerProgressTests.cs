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
