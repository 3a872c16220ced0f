namespace BftSmr.Simulation.Tests;

/// <summary>Seeds that once broke a promise. What each of them found stands beside it.</summary>
public class RegressionTests
{
    [Theory]
    // The pool of requests looked up sessions in a table of its own that never advanced: a session stalled once it
    // exceeded its window.
    [InlineData(8, 1, Durability.None, RequestAuthentication.Mac)]
    // Unsigned requests of a client that has to sign stayed pending: each new leader proposed them again and was
    // replaced for it.
    [InlineData(36, 1, Durability.Votes, RequestAuthentication.Mac)]
    [InlineData(37, 1, Durability.Decisions, RequestAuthentication.Mac)]
    // A snapshot was installed although decided batches had led beyond it meanwhile.
    [InlineData(106, 1, Durability.Decisions, RequestAuthentication.Signed)]
    [InlineData(194, 1, Durability.None, RequestAuthentication.Mac)]
    // Two greedy clients filled the room for pending requests for ever.
    [InlineData(133, 1, Durability.Decisions, RequestAuthentication.Mac)]
    // A snapshot fetch whose last source failed asked for another only once; the question was lost.
    [InlineData(229, 2, Durability.Decisions, RequestAuthentication.Mac)]
    // A leader that had been replaced without knowing proposed where it had just learned of a decision.
    [InlineData(2145, 2, Durability.Votes, RequestAuthentication.Signed)]
    // Replayed votes of an earlier regency became candidates again, and stopped the leader when it proposed there.
    [InlineData(3099, 1, Durability.Votes, RequestAuthentication.Signed)]
    // A vote that was lost after its sender had executed was never said again: with one replica mute, two waited for it
    // for ever.
    [InlineData(3297, 1, Durability.Votes, RequestAuthentication.Signed)]
    // A liar that offered a true checkpoint and false chunks kept a replica from the decided values that two others
    // would have told it.
    [InlineData(4346, 1, Durability.None, RequestAuthentication.Mac)]
    // Log segments were deleted while the record that their checkpoint was stable was not on disk: after a loss of
    // power votes were denied.
    [InlineData(3906, 1, Durability.Votes, RequestAuthentication.Mac)]
    [InlineData(7836, 1, Durability.Votes, RequestAuthentication.Mac)]
    // A replica that had missed the announcements of a checkpoint that was stable everywhere else never heard of it
    // again, and its log was full.
    [InlineData(7315, 1, Durability.Decisions, RequestAuthentication.Mac)]
    // A replica whose stable checkpoint was far behind voted on all that a SYNC, and the votes of others, drew it into:
    // more than a STOPDATA, and its log, may hold.
    [InlineData(5940, 1, Durability.Votes, RequestAuthentication.Mac)]
    // The simulator's own: a replica whose disk failed while it was catching up did not count as forgetful while it was
    // down, so that one more was made to forget.
    [InlineData(15940, 1, Durability.Decisions, RequestAuthentication.Signed)]
    // A replica with a slow disk, whose own checkpoints were late, executed on by the others' votes: what it kept had
    // no bound.
    [InlineData(19556, 1, Durability.None, RequestAuthentication.Mac)]
    // Once that was bounded: a replica whose disk had been lost executed to the end of its log on decided values, and
    // no replica told it of the checkpoint that would have made room.
    [InlineData(5010, 1, Durability.Votes, RequestAuthentication.Mac)]
    // A replica that had restarted from a snapshot whose stability it had not heard of could not tell that the
    // certificate for it was about what it had.
    [InlineData(16728, 1, Durability.Votes, RequestAuthentication.Mac)]
    // A replica that stood still while others changed leaders many times kept votes above the base of each SYNC.
    [InlineData(5310, 1, Durability.Votes, RequestAuthentication.Mac)]
    // The simulator's own: where frames overtake each other, one of a new connection was read before its reader knew
    // that the old one had ended, and was forgotten with that.
    [InlineData(48115, 1, Durability.Decisions, RequestAuthentication.Mac)]
    // The simulator's own: a thousand inputs that had waited for a paused replica were taken for a thousand ticks in
    // vain.
    [InlineData(58017, 1, Durability.Votes, RequestAuthentication.Signed)]
    // A replica that had forgotten its votes said that it had caught up while the others had not executed what it
    // did not vote on; then another one forgot, and too few could vote on it.
    [InlineData(78463, 1, Durability.Decisions, RequestAuthentication.Mac)]
    // A replica decided by the ACCEPTs of others before their WRITEs came, and never sent ACCEPT; the two that had were
    // waiting for a third, with one Byzantine.
    [InlineData(413, 1, Durability.None, RequestAuthentication.Signed)]
    // All replicas that offered a snapshot had failed in a fetch that was then not needed; when one was, none of them
    // was asked, for ever.
    [InlineData(53804, 1, Durability.None, RequestAuthentication.Mac)]
    // A replica that forgot its votes took those for none that it had sent before the others accepted anything, and
    // contradicted them.
    [InlineData(1387, 1, Durability.Decisions, RequestAuthentication.Mac)]
    public void A_seed_that_once_broke_a_promise_no_longer_does(
        ulong seed, int f, Durability durability, RequestAuthentication authentication)
    {
        SimulationReport report = Cluster.Simulate(
            new SimulationOptions { Seed = seed, F = f, Durability = durability, Authentication = authentication });
        Assert.True(report.Passed, report.ToString());
    }
}
