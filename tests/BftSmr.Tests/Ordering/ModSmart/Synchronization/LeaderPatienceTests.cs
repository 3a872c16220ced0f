using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Ordering.ModSmart.Synchronization;
using BftSmr.Settings;

namespace BftSmr.Tests.Ordering.ModSmart.Synchronization;

public sealed class LeaderPatienceTests : IDisposable
{
    private const long Timeout = 1_000_000;
    private const long StatusPeriod = 100_000;

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly ReplicaContext _context;
    private readonly LeaderPatience _patience;

    public LeaderPatienceTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings
            {
                Self = new ReplicaId(1),
                Quorums = Quorums.Byzantine(4, 1),
                RequestTimeoutMicros = Timeout,
                StatusPeriodMicros = StatusPeriod,
            },
            _keys.Replica(0));
        _patience = new LeaderPatience(_context);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void It_is_eight_latencies_within_bounds()
    {
        Assert.Equal(StatusPeriod, _patience.Micros(Timeout));
        for (int i = 0; i < 100; i++) _patience.NoteLatency(25_000);
        Assert.InRange(_patience.Micros(Timeout), 190_000, 200_000);
        for (int i = 0; i < 100; i++) _patience.NoteLatency(500_000);
        Assert.Equal(Timeout / 3, _patience.Micros(Timeout));
    }

    [Fact]
    public void It_is_over_when_a_leader_with_room_had_a_request_for_twice_as_long()
    {
        At(2 * StatusPeriod);
        Assert.False(_patience.IsOver(relayedMicros: 0, lastFullMicros: long.MinValue / 2, Timeout));
        At(2 * StatusPeriod + 1);
        Assert.True(_patience.IsOver(relayedMicros: 0, lastFullMicros: long.MinValue / 2, Timeout));
        Assert.False(_patience.IsOver(relayedMicros: 0, lastFullMicros: 1, Timeout));
    }

    [Fact]
    public void It_begins_anew_with_an_excuse()
    {
        At(150_000);
        _patience.Excuse();
        At(150_000 + 2 * StatusPeriod);
        Assert.False(_patience.IsOver(relayedMicros: 0, lastFullMicros: long.MinValue / 2, Timeout));
        At(150_001 + 2 * StatusPeriod);
        Assert.True(_patience.IsOver(relayedMicros: 0, lastFullMicros: long.MinValue / 2, Timeout));
    }

    private void At(long micros) => _context.BeginStep(new ClockReading(micros, 0), _context.Effects);
}
