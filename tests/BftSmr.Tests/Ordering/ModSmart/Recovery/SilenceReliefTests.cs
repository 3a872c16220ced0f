using BftCloud.Primitives;
using BftSmr.CatchUp;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Recovery;
using BftSmr.Settings;

namespace BftSmr.Tests.Ordering.ModSmart.Recovery;

public sealed class SilenceReliefTests : IDisposable
{
    private const long Timeout = 500_000;
    private const long Hour = 3_600_000_000;

    private static readonly Regency Current = new(3), Later = new(5);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly ReplicaContext _context;
    private readonly PeerProgress _progress;
    private readonly SilenceRelief _relief;

    public SilenceReliefTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings { Self = new ReplicaId(2), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(2));
        At(0);
        _progress = new PeerProgress(_context);
        _relief = new SilenceRelief(_context, _progress);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_silence_that_lasts_is_ended_by_the_regency_that_it_waits_for()
    {
        Silent(3, below: Later);
        Say(1, wanted: Later);
        Assert.Equal(Regency.Zero, Wanted(0));
        Assert.Equal(Regency.Zero, Wanted(Timeout));
        Assert.Equal(Later, Wanted(Timeout + 1));
        Assert.Equal(Later, Wanted(Timeout + 100_000));
    }

    [Fact]
    public void A_silence_that_ends_by_itself_costs_nothing()
    {
        Silent(3, below: Later);
        Say(1, wanted: Later);
        Assert.Equal(Regency.Zero, Wanted(0));
        Silent(3, below: Regency.Zero);
        Assert.Equal(Regency.Zero, Wanted(Timeout));
        Silent(3, below: Later);
        Assert.Equal(Regency.Zero, Wanted(Timeout + 1));
    }

    /// <summary>One replica may lie: of itself and of what it wanted.</summary>
    [Fact]
    public void A_regency_that_one_replica_alone_speaks_of_is_not_granted()
    {
        Silent(3, below: Later);
        Say(1, wanted: Current);
        Assert.Equal(Regency.Zero, Wanted(0));
        Assert.Equal(Regency.Zero, Wanted(10 * Timeout));
    }

    [Fact]
    public void What_this_replica_wanted_itself_counts_as_well()
    {
        Silent(3, below: Later);
        Assert.Equal(Regency.Zero, Wanted(0, own: Later));
        Assert.Equal(Later, Wanted(Timeout + 1, own: Later));
    }

    [Fact]
    public void A_replica_is_granted_one_regency_an_hour()
    {
        Silent(3, below: Later);
        Say(1, wanted: Later);
        Wanted(0);
        Assert.Equal(Later, Wanted(Timeout + 1));
        Assert.Equal(Regency.Zero, Wanted(Timeout + 3_000_000));
        Assert.Equal(Regency.Zero, Wanted(Hour));
        Assert.Equal(Later, Wanted(Hour + Timeout + 1));
    }

    private Regency Wanted(long atMicros, Regency? own = null)
    {
        At(atMicros);
        return _relief.Wanted(Current, own ?? Current, Timeout);
    }

    private void At(long micros) => _context.BeginStep(new ClockReading(micros, 0), new EffectBuffer());

    private void Silent(int peer, Regency below) => Record(peer, below, below);

    private void Say(int peer, Regency wanted) => Record(peer, wanted, Regency.Zero);

    private void Record(int peer, Regency wanted, Regency below) => _progress.Record(
        new ReplicaId(peer),
        new Status(Current, true, Instance.Zero, Instance.Zero) { Wanted = wanted, SilentBelow = below });
}
