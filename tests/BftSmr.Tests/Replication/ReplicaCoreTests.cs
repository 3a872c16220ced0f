using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Replication;

namespace BftSmr.Tests.Replication;

/// <summary>The core of a follower whose leader leaves out a request: when it wants another leader depends on whether it did its own work in time.</summary>
public sealed class ReplicaCoreTests : IDisposable
{
    private const long StatusPeriod = 100_000;
    private const long Timeout = 1_000_000;

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void A_follower_whose_ticks_come_in_time_suspects_a_leader_that_leaves_a_request_out() =>
        Assert.InRange(SuspectedAfter(lateMicros: 0), 3 * StatusPeriod, 5 * StatusPeriod);

    [Fact]
    public void Ticks_a_little_late_are_in_time() =>
        Assert.InRange(SuspectedAfter(lateMicros: StatusPeriod / 2), 3 * StatusPeriod, 6 * StatusPeriod);

    [Fact]
    public void A_follower_that_is_late_itself_waits_for_the_timeout_and_no_longer() =>
        Assert.InRange(SuspectedAfter(lateMicros: StatusPeriod / 2 + 1), Timeout, Timeout + 3 * StatusPeriod);

    private long SuspectedAfter(long lateMicros)
    {
        ReplicaCore follower = new(
            new ReplicaSettings { Self = new ReplicaId(1), Quorums = new Quorums(4, 1), RequestTimeoutMicros = Timeout, StatusPeriodMicros = StatusPeriod },
            _keys.Replica(1), RecoveredState.None);
        EffectBuffer effects = new();
        long now = 0;
        follower.Start(Clock(now), effects);
        follower.Step(new RequestInput(SignedRequest()), Clock(now), effects);
        while (!effects.Effects.Any(e => e is BroadcastEffect { Message: Stop }))
        {
            Assert.True(now < 10 * Timeout, "The leader was never suspected.");
            effects.Clear();
            now = follower.NextDeadlineMicros + lateMicros;
            follower.Step(new TickInput(), Clock(now), effects);
        }
        return now;
    }

    private Request SignedRequest()
    {
        Request request = RequestCodec.Create(new SessionId(new ClientId(0), 5), 1, RequestKind.Command, 0b11, new ReplicaId(0), new byte[] { 1, 2 });
        return RequestCodec.Authenticate(request, _keys.Client(0), 4, macs: false, signature: true);
    }

    private static ClockReading Clock(long micros) => new(micros, micros);
}
