using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Settings;

namespace BftSmr.Tests.Ordering.ModSmart.Synchronization;

/// <summary>A replica that says that it is behind is not to lead.</summary>
public sealed class BehindLeaderTests : IDisposable
{
    private const long StatusPeriod = 100_000;

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly ReplicaContext _context;
    private readonly VotingParts _parts;
    private long _nowMicros = 1_000_000;

    public BehindLeaderTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings { Self = new ReplicaId(3), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(3));
        _context.BeginStep(new ClockReading(_nowMicros, 0), _effects);
        _parts = new VotingParts(_context);
        _parts.Ordering.Start(votesForgotten: false);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_leader_that_says_so_is_suspected_once_there_is_work()
    {
        Say(0, isBehind: true);
        PassPeriods(10);
        Assert.Empty(Stops());

        Propose();
        PassPeriods(3);
        Assert.Equal(new Regency(1), Stops().Distinct().Single());
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void The_next_leader_is_passed_over_if_it_says_so(bool isBehind, long wanted)
    {
        Say(0, isBehind: true);
        Say(1, isBehind);
        Propose();
        PassPeriods(3);
        Assert.Equal(new Regency(wanted), Stops().Distinct().Single());
    }

    [Fact]
    public void It_proposes_nothing_itself()
    {
        using TestKeys keys = new(replicas: 4, clients: 1);
        ReplicaContext context = new(
            new ReplicaSettings { Self = new ReplicaId(0), Quorums = Quorums.Byzantine(4, 1) }, keys.Replica(0));
        context.BeginStep(new ClockReading(_nowMicros, 0), _effects);
        VotingParts leader = new(context);
        leader.Ordering.Start(votesForgotten: false);
        Assert.True(leader.Ordering.MayPropose);
        leader.Progress.IsBehind = true;
        Assert.False(leader.Ordering.MayPropose);
    }

    private void Say(int peer, bool isBehind) => _parts.Progress.Record(
        new ReplicaId(peer),
        new Status(Regency.Zero, true, Instance.Zero, Instance.Zero) { IsBehind = isBehind });

    private void Propose() => _parts.Ordering.TryHandle(
        new ReplicaId(0), new Propose(Regency.Zero, new Instance(1), BatchCodec.Create(1, 0, [])));

    private void PassPeriods(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _nowMicros += StatusPeriod;
            _context.BeginStep(new ClockReading(_nowMicros, 0), _effects);
            _parts.Ordering.BeginPeriod(isLate: false);
            _parts.Ordering.EndPeriod(isStalled: true);
        }
    }

    private IEnumerable<Regency> Stops() => _effects.Effects.OfType<BroadcastEffect>().Select(static e => e.Message)
        .OfType<Stop>().Select(static s => s.Next);
}
