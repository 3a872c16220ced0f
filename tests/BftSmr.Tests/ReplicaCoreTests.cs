using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart;
using BftSmr.Settings;

namespace BftSmr.Tests;

/// <summary>
/// The core of a follower whose leader leaves out a request: when it wants another leader depends on whether it did its
/// own work in time. And the core of a leader: which step proposes.
/// </summary>
public sealed class ReplicaCoreTests : IDisposable
{
    private const long StatusPeriod = 100_000;
    private const long Timeout = 1_000_000;

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();

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

    [Fact]
    public void A_follower_that_is_behind_holds_nothing_against_the_leader_until_it_has_waited_for_long() =>
        Assert.InRange(SuspectedAfter(lateMicros: 0, othersAt: 5), 32 * Timeout, 34 * Timeout);

    [Fact]
    public void One_replica_that_says_it_is_ahead_is_not_believed() =>
        Assert.InRange(SuspectedAfter(lateMicros: 0, othersAt: 5, others: 1), 3 * StatusPeriod, 5 * StatusPeriod);

    [Fact]
    public void The_time_in_which_a_follower_stood_still_does_not_count()
    {
        IReplicaCore follower = Replica(RecoveredState.None);
        follower.Start(Clock(0), _effects);
        follower.Step(TickInput.Instance, Clock(0), _effects);
        follower.Step(new RequestInput(SignedRequest()), Clock(1), _effects);
        follower.Step(TickInput.Instance, Clock(5 * Timeout), _effects);
        Assert.DoesNotContain(_effects.Effects, static e => e is BroadcastEffect { Message: Stop });
    }

    [Fact]
    public void A_wish_for_another_regency_is_on_record_before_others_hear_of_it_and_is_told_after_a_restart()
    {
        Regency wanted = new(1);
        SuspectedAfter(lateMicros: 0);
        List<Effect> effects = [.. _effects.Effects];
        int recorded = effects.FindIndex(
            e => e is PersistEffect { Record: RegencyWanted r, Flush: true } && r.Regency == wanted);
        Assert.InRange(recorded, 0, effects.FindIndex(e => e is BroadcastEffect { Message: Stop }) - 1);

        IReplicaCore restarted = Replica(
            RecoveredState.None with { Records = [.. effects.OfType<PersistEffect>().Select(static e => e.Record)] });
        _effects.Clear();
        restarted.Start(Clock(0), _effects);
        restarted.Step(new TickInput(), Clock(0), _effects);
        Status status = Assert.Single(
            _effects.Effects.OfType<BroadcastEffect>().Select(static e => e.Message).OfType<Status>());
        Assert.Equal((Regency.Zero, wanted), (status.Regency, status.Wanted));
    }

    [Fact]
    public void A_leader_proposes_a_lone_request_in_the_step_that_brings_it()
    {
        IReplicaCore leader = Leader();
        leader.Step(new RequestInput(SignedRequest()), Clock(10), _effects);
        Assert.Equal([1], Proposed());
        Assert.True(leader.NextDeadlineMicros > 10, "Nothing is left for a tick.");
    }

    [Fact]
    public void Requests_that_come_together_share_a_batch()
    {
        IReplicaCore leader = Leader();
        for (ulong nonce = 1; nonce <= 3; nonce++)
            leader.Step(new RequestInput(SignedRequest(nonce)), Clock(10), _effects, moreFollow: true);
        Assert.Empty(Proposed());
        leader.Step(TickInput.Instance, Clock(10), _effects);
        Assert.Equal([3], Proposed());
    }

    [Fact]
    public void A_request_that_waits_for_the_pace_of_batches_is_proposed_by_the_tick_at_the_deadline()
    {
        IReplicaCore leader = Leader();
        leader.Step(new RequestInput(SignedRequest(1)), Clock(10), _effects);
        leader.Step(new RequestInput(SignedRequest(2)), Clock(11), _effects);
        Assert.Equal([1], Proposed());
        long due = leader.NextDeadlineMicros;
        Assert.InRange(due, 12, StatusPeriod - 1);
        leader.Step(TickInput.Instance, Clock(due - 1), _effects);
        Assert.Equal([1], Proposed());
        leader.Step(TickInput.Instance, Clock(due), _effects);
        Assert.Equal([1, 1], Proposed());
    }

    [Fact]
    public void A_damaged_log_is_written_again_with_all_that_it_said_of_executed_instances_as_well()
    {
        IReplicaCore leader = Leader();
        leader.Step(new RequestInput(SignedRequest(1)), Clock(10), _effects);
        Digest value = Recorded().OfType<WriteVoted>().Single().Vote.Value;
        for (int peer = 1; peer < 3; peer++)
        {
            ReplicaId from = new(peer);
            leader.Step(
                new PeerInput(from, new Write(Regency.Zero, new Instance(1), value)), Clock(11), _effects);
            leader.Step(
                new PeerInput(from, new Accept(Regency.Zero, new Instance(1), value)), Clock(11), _effects);
        }
        ExecuteEffect execute = Assert.Single(_effects.Effects.OfType<ExecuteEffect>());
        leader.Step(
            new ExecutedInput(
                execute.Instance, [.. execute.Commands.Select(static _ => new Outcome(ReplyStatus.Ok, default))]),
            Clock(12), _effects);
        leader.Step(new RequestInput(SignedRequest(2)), Clock(500), _effects);
        leader.Step(TickInput.Instance, Clock(leader.NextDeadlineMicros), _effects);

        leader.Step(new LogDamagedInput(), Clock(leader.NextDeadlineMicros), _effects);
        RewriteLogEffect written = Assert.IsType<RewriteLogEffect>(_effects.Effects[^1]);
        Assert.Equal(Instance.Zero, written.Stable);
        Assert.Equal(
            Recorded().Select(static record => record.ToString()).Order(StringComparer.Ordinal),
            written.LiveRecords.Select(static record => record.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal([1, 2], written.LiveRecords.OfType<WriteVoted>().Select(static w => w.Instance.Value));
        _effects.Clear();
        leader.Step(TickInput.Instance, Clock(leader.NextDeadlineMicros), _effects);
        Assert.DoesNotContain(_effects.Effects, static e => e is RewriteLogEffect);
    }

    private IEnumerable<LogRecord> Recorded() => _effects.Effects.OfType<PersistEffect>().Select(static e => e.Record);

    private IReplicaCore Leader()
    {
        IReplicaCore leader = Replica(RecoveredState.None, self: 0);
        leader.Start(Clock(0), _effects);
        leader.Step(TickInput.Instance, Clock(0), _effects);
        _effects.Clear();
        return leader;
    }

    /// <summary>The sizes of the batches proposed so far.</summary>
    private IEnumerable<int> Proposed() => _effects.Effects.OfType<BroadcastEffect>()
        .Select(static e => e.Message).OfType<Propose>().Select(static p => p.Batch.Requests.Count);

    private IReplicaCore Replica(RecoveredState recovered, int self = 1) => ReplicaCore.Create(
        new ReplicaSettings
        {
            Self = new ReplicaId(self),
            Quorums = Quorums.Byzantine(4, 1),
            RequestTimeoutMicros = Timeout,
            StatusPeriodMicros = StatusPeriod,
        },
        _keys.Replica(self), recovered, ModSmartProtocol.Instance);

    /// <param name="lateMicros">How late each tick comes.</param>
    /// <param name="othersAt">What others say they have executed.</param>
    /// <param name="others">How many of them say so.</param>
    private long SuspectedAfter(long lateMicros, int othersAt = 0, int others = 2)
    {
        IReplicaCore follower = Replica(RecoveredState.None);
        long now = 0;
        follower.Start(Clock(now), _effects);
        follower.Step(new RequestInput(SignedRequest()), Clock(now), _effects);
        while (!_effects.Effects.Any(e => e is BroadcastEffect { Message: Stop }))
        {
            Assert.True(now < 100 * Timeout, "The leader was never suspected.");
            _effects.Clear();
            for (int i = 2; i < 2 + others; i++)
            {
                Status status = new(Regency.Zero, true, new Instance(othersAt), Instance.Zero)
                {
                    Run = 1, Runs = [1, 1, 1, 1],
                };
                follower.Step(new PeerInput(new ReplicaId(i), status), Clock(now), _effects);
            }
            now = follower.NextDeadlineMicros + lateMicros;
            follower.Step(new TickInput(), Clock(now), _effects);
        }
        return now;
    }

    private Request SignedRequest(ulong nonce = 5)
    {
        Request request = RequestCodec.Create(
            new SessionId(new ClientId(0), nonce), 1, RequestKind.Command, ReplicaSet.AllOf(2), new ReplicaId(0),
            new byte[] { 1, 2 });
        return RequestCodec.Authenticate(request, _keys.Client(0), 4, macs: false, signature: true);
    }

    private static ClockReading Clock(long micros) => new(micros, micros);
}
