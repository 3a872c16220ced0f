using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart;
using BftSmr.Settings;

namespace BftSmr.Tests.Ordering.ModSmart.Recovery;

/// <summary>
/// Four cores that restarted together and forgot their votes. The first leader votes, which one other hears, and
/// restarts alone. Messages arrive when the test says so.
/// </summary>
public sealed class RestartOfAllTests : IDisposable
{
    private const int Replicas = 4;
    private const long StatusPeriod = 100_000;

    private static readonly ReplicaId Leader = new(0), Witness = new(1);

    private readonly TestKeys _keys = new(Replicas, clients: 1);
    private readonly IReplicaCore[] _cores = new IReplicaCore[Replicas];
    private readonly List<(ReplicaId From, ReplicaId To, PeerMessage Message)> _underWay = [];
    private readonly Dictionary<(ReplicaId, Regency, Instance), Digest> _written = [];
    private long _nowMicros;

    public RestartOfAllTests()
    {
        for (int i = 0; i < Replicas; i++) Start(new ReplicaId(i));
        for (int periods = 0; periods < 4; periods++) PassPeriod(static m => m.Message is Status);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void After_a_restart_of_all_they_vote()
    {
        for (int periods = 0; periods < 10; periods++) PassPeriod(static _ => true);
        Assert.All(_cores, static core => Assert.True(core.Status().LastExecuted > Instance.Zero));
        Assert.All(_cores, static core => Assert.False(core.Status().IsNonVoting));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_leader_that_restarts_alone_does_not_contradict_the_vote_that_one_other_remembers(bool hearsOfItLate)
    {
        // It proposes to end the others' recovery. The votes of the one that hears it are lost.
        PassPeriod(static m => m.Message is Status || (m.From == Leader && m.To == Witness));
        Assert.Contains((Leader, Regency.Zero, new Instance(1)), _written.Keys);

        Start(Leader);
        if (hearsOfItLate)
        {
            // What the others say first is of the time before they heard of this run.
            for (int i = 1; i < Replicas; i++) Tick(new ReplicaId(i));
            Deliver(static m => m.To == Leader && m.Message is Status);
        }
        for (int periods = 0; periods < 4; periods++) PassPeriod(static _ => true); // fails if it writes another value
        Assert.True(_cores[Leader.Value].Status().IsNonVoting);
    }

    [Fact]
    public void The_others_go_on_without_it_and_it_votes_again_when_they_remember()
    {
        A_leader_that_restarts_alone_does_not_contradict_the_vote_that_one_other_remembers(hearsOfItLate: false);
        for (int i = 1; i < Replicas; i++) Step(new ReplicaId(i), new RequestInput(SignedRequest()));
        for (int periods = 0; periods < 400 && _cores[Leader.Value].Status().IsNonVoting; periods++)
            PassPeriod(static _ => true);
        Assert.All(_cores, static core => Assert.True(core.Status().LastExecuted > Instance.Zero));
        Assert.False(_cores[Leader.Value].Status().IsNonVoting);
    }

    /// <summary>A replica starts, or starts again, without its votes.</summary>
    private void Start(ReplicaId id)
    {
        _nowMicros++;
        _underWay.RemoveAll(m => m.From == id || m.To == id);
        _cores[id.Value] = ReplicaCore.Create(
            new ReplicaSettings
            {
                Self = id,
                Quorums = Quorums.Byzantine(Replicas, 1),
                Durability = Durability.Decisions,
                StatusPeriodMicros = StatusPeriod,
            },
            _keys.Replica(id.Value), RecoveredState.None with { VotesForgotten = true }, ModSmartProtocol.Instance);
        EffectBuffer effects = new();
        _cores[id.Value].Start(Now, effects);
        CarryOut(id, effects);
    }

    /// <summary>A status period passes. What matches arrives; everything else is lost.</summary>
    private void PassPeriod(Predicate<(ReplicaId From, ReplicaId To, PeerMessage Message)> arrives)
    {
        _nowMicros += StatusPeriod;
        for (int i = 0; i < Replicas; i++) Tick(new ReplicaId(i));
        Deliver(arrives);
        _underWay.Clear();
    }

    private void Tick(ReplicaId id) => Step(id, TickInput.Instance);

    /// <summary>What is under way and matches arrives, and what follows from it.</summary>
    private void Deliver(Predicate<(ReplicaId From, ReplicaId To, PeerMessage Message)> matches)
    {
        while (_underWay.FindIndex(matches) is >= 0 and int index)
        {
            (ReplicaId from, ReplicaId to, PeerMessage message) = _underWay[index];
            _underWay.RemoveAt(index);
            if (message is Write w)
            {
                (ReplicaId, Regency, Instance) at = (from, w.Regency, w.Instance);
                bool isConsistent = _written.TryAdd(at, w.Value) || _written[at] == w.Value;
                Assert.True(isConsistent, $"{from} writes two values in {w.Instance}.");
            }
            Step(to, new PeerInput(from, message));
        }
    }

    private void Step(ReplicaId id, Input input)
    {
        EffectBuffer effects = new();
        _cores[id.Value].Step(input, Now, effects);
        CarryOut(id, effects);
    }

    private void CarryOut(ReplicaId id, EffectBuffer effects)
    {
        foreach (Effect effect in effects.Effects)
        {
            switch (effect)
            {
                case SendEffect e:
                    _underWay.Add((id, e.To, e.Message));
                    break;
                case BroadcastEffect e:
                    for (int i = 0; i < Replicas; i++)
                    {
                        if (i != id.Value) _underWay.Add((id, new ReplicaId(i), e.Message));
                    }
                    break;
                case ExecuteEffect e:
                    Step(id, new ExecutedInput(
                        e.Instance, [.. e.Commands.Select(static _ => new Outcome(ReplyStatus.Ok, default))]));
                    break;
            }
        }
    }

    private ClockReading Now => new(_nowMicros, 1_800_000_000_000_000 + _nowMicros);

    private Request SignedRequest() => RequestCodec.Authenticate(
        RequestCodec.Create(
            new SessionId(new ClientId(0), 7), 1, RequestKind.Open, ReplicaSet.AllOf(2), Leader, default),
        _keys.Client(0), Replicas, macs: false, signature: true);
}
