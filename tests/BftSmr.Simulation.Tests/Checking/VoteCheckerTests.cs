using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Simulation.Checking;
using BftSmr.Simulation.Timelines;

namespace BftSmr.Simulation.Tests.Checking;

/// <summary>Of four replicas the last one is Byzantine.</summary>
public class VoteCheckerTests
{
    private static readonly ReplicaId s_voter = new(0), s_first = new(1), s_second = new(2), s_byzantine = new(3);
    private static readonly Digest s_value = Digest.Of([1]), s_other = Digest.Of([2]);
    private readonly World _world = new(1, 10, Wording.Of);
    private readonly VoteChecker _votes;

    public VoteCheckerTests() => _votes = new VoteChecker(_world, static id => id != s_byzantine);

    [Fact]
    public void Two_that_hold_different_votes_of_a_correct_replica_are_noticed()
    {
        _votes.Taken(s_first, Write(s_voter, s_value));
        _votes.Taken(s_second, Write(s_voter, s_value));
        Assert.Null(_world.Violation);
        _votes.Taken(s_second, Write(s_voter, s_other));
        Assert.Equal("votes", _world.Violation?.Promise);
    }

    [Fact]
    public void One_that_restarts_remembers_no_vote()
    {
        _votes.Taken(s_first, Write(s_voter, s_value));
        _votes.Forget(s_first);
        _votes.Taken(s_second, Write(s_voter, s_other));
        Assert.Null(_world.Violation);
        _votes.Taken(s_first, Write(s_voter, s_value));
        Assert.Equal("votes", _world.Violation?.Promise);
    }

    [Fact]
    public void Other_phases_instances_regencies_and_senders_are_other_votes()
    {
        _votes.Taken(s_first, Write(s_voter, s_value));
        _votes.Taken(s_first, new PeerInput(s_voter, new Accept(Regency.Zero, new Instance(1), s_other)));
        _votes.Taken(s_first, new PeerInput(s_voter, new Write(Regency.Zero, new Instance(2), s_other)));
        _votes.Taken(s_first, new PeerInput(s_voter, new Write(new Regency(1), new Instance(1), s_other)));
        _votes.Taken(s_first, Write(s_second, s_other));
        _votes.Taken(s_first, Write(s_byzantine, s_value));
        _votes.Taken(s_first, Write(s_byzantine, s_other));
        Assert.Null(_world.Violation);
    }

    private static PeerInput Write(ReplicaId from, Digest value) =>
        new(from, new Write(Regency.Zero, new Instance(1), value));
}
