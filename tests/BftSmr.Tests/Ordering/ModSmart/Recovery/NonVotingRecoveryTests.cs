using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Ordering.ModSmart.Recovery;
using BftSmr.Settings;

namespace BftSmr.Tests.Ordering.ModSmart.Recovery;

/// <summary>
/// What a replica that forgot its votes may vote on. n = 4, f = 1; this is replica 2, the others are in regency 4.
/// </summary>
public sealed class NonVotingRecoveryTests : IDisposable
{
    private static readonly Regency Current = new(4), Next = new(5);
    private static readonly Instance Executed = new(10);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);
    private readonly EffectBuffer _effects = new();
    private readonly ReplicaContext _context;
    private readonly VotingParts _parts;

    public NonVotingRecoveryTests()
    {
        _context = new ReplicaContext(
            new ReplicaSettings { Self = new ReplicaId(2), Quorums = Quorums.Byzantine(4, 1) }, _keys.Replica(2));
        _context.BeginStep(new ClockReading(0, 0), _effects);
        _parts = new VotingParts(_context);
        Open(Current);
        _parts.Recovery.Begin();
        _parts.Progress.Run = 5;
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void It_votes_again_above_where_it_can_have_voted()
    {
        AllSay(wanted: Current);
        Instance last = Executed + _parts.Log.HorizonInstances;
        _parts.Log.JumpTo(Executed);
        Assert.False(HasVotedOn(last));
        Assert.True(_parts.Recovery.IsMissed(Window.Regency));

        _parts.Log.JumpTo(last);
        Assert.True(HasVotedOn(last.Next));
    }

    /// <summary>
    /// Two of the others helped it to install regency 5, which they did not, and it sent its STOPDATA, which says that
    /// nothing is written here. A vote in regency 4 would help to decide what the leader of 5 could decide otherwise,
    /// by that STOPDATA.
    /// </summary>
    [Fact]
    public void It_does_not_vote_in_a_regency_that_it_may_have_left()
    {
        AllSay(wanted: Next, butOne: Current);
        Instance last = Executed + _parts.Log.HorizonInstances;
        _parts.Log.JumpTo(last);
        Assert.False(HasVotedOn(last.Next));
        Assert.True(_parts.Recovery.IsMissed(Window.Regency));
        // What comes next is not filled with no-ops until the regency changes.
        Assert.False(_parts.Recovery.HasForgotten(Window.LastAccepted));

        Open(Next);
        Assert.True(HasVotedOn(last.Next));
    }

    [Fact]
    public void What_one_alone_says_that_it_wanted_silences_nobody()
    {
        AllSay(wanted: Current, butOne: new Regency(1_000_000));
        Instance last = Executed + _parts.Log.HorizonInstances;
        _parts.Log.JumpTo(last);
        Assert.True(HasVotedOn(last.Next));
    }

    [Fact]
    public void A_replica_that_leads_a_regency_that_it_may_have_left_proposes_nothing()
    {
        AllSay(wanted: new Regency(7));
        _parts.Log.JumpTo(Executed + _parts.Log.HorizonInstances);
        Open(new Regency(6));
        Assert.True(Window.IsLeading);
        Assert.False(Window.HasRoom);
    }

    [Fact]
    public void What_it_is_silent_about_outlives_a_restart()
    {
        AllSay(wanted: Next, butOne: Current);
        NonVotingRecovery restarted = new VotingParts(_context).Recovery;
        restarted.Recover(
            _effects.Effects.OfType<PersistEffect>().Select(static e => e.Record).OfType<SilentUpTo>().Single());
        Assert.Equal((_parts.Recovery.Until, Next), (restarted.Until, restarted.Below));
    }

    [Fact]
    public void It_votes_after_a_restart_of_all_but_in_no_regency_that_two_had_wanted()
    {
        AllSay(wanted: Next, butOne: Current, haveForgotten: true);
        Assert.Equal((Instance.Zero, Next), (_parts.Recovery.Until, _parts.Recovery.Below));
        Assert.True(_parts.Recovery.HasForgotten(Window.LastAccepted));
        Open(Next);
        Assert.True(HasVotedOn(new Instance(1)));
    }

    /// <summary>
    /// It voted after a restart of all, and restarted again. The others still say that they forgot, and one of them
    /// holds its vote.
    /// </summary>
    [Fact]
    public void It_does_not_vote_while_one_that_forgot_remembers_a_vote_of_an_earlier_run()
    {
        AllSay(wanted: Current, haveForgotten: true, heard: 0); // or has not heard yet of this run
        Assert.True(_parts.Recovery.IsEndUnknown);
        Assert.False(HasVotedOn(new Instance(1)));

        AllSay(wanted: Current); // they have sent ACCEPT since
        Assert.Equal(Executed + _parts.Log.HorizonInstances, _parts.Recovery.Until);
    }

    [Fact]
    public void It_is_silent_beyond_the_horizon_of_its_own_log_as_well()
    {
        Instance last = Executed + 100;
        _parts.Log.JumpTo(last);
        AllSay(wanted: Current);
        Assert.Equal(last + _parts.Log.HorizonInstances, _parts.Recovery.Until);
    }

    private void AllSay(
        Regency wanted, Regency? butOne = null, bool haveForgotten = false, ulong heard = 5)
    {
        foreach (int peer in (int[])[0, 1, 3])
            _parts.Progress.Record(
                new ReplicaId(peer),
                new Status(Current, true, Executed, Instance.Zero)
                {
                    LastAccepted = Executed,
                    Wanted = peer == 3 ? butOne ?? wanted : wanted,
                    VotesForgotten = haveForgotten,
                    Runs = [1, 1, peer == 0 ? heard : 5, 1],
                });
        _parts.Recovery.Tick(Window.LastAccepted);
    }

    private ConsensusWindow Window => _parts.Window;

    private void Open(Regency regency)
    {
        Window.Close(regency);
        Window.Open(Instance.Zero, Instance.Zero, new Dictionary<long, Digest>());
    }

    private bool HasVotedOn(Instance instance)
    {
        _effects.Clear();
        Window.OnPropose(
            Window.Leader,
            new Propose(Window.Regency, instance, BatchCodec.Create(1, (ulong)Window.Regency.Value, [])));
        return _effects.Effects.Any(e => e is BroadcastEffect { Message: Write w } && w.Instance == instance);
    }
}
