using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

public sealed class UnorderedReadTests
{
    private const string Large = "an answer that is larger than its digest would be, so not all replicas send it";

    [Fact]
    public void A_read_goes_to_a_quorum_one_of_which_answers_whole()
    {
        CoreHarness client = CoreHarness.Opened();

        client.Query("get");

        string[] sent = client.TakeSent();
        Assert.Equal(3, sent.Length);
        Assert.Single(sent, line => line.EndsWith("read 1 'get' whole", StringComparison.Ordinal));
        Assert.Equal(2, sent.Count(line => line.EndsWith("read 1 'get' digest", StringComparison.Ordinal)));
        Assert.DoesNotContain(sent, line => line.StartsWith("r0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_quorum_of_equal_answers_is_needed_and_f_plus_1_are_not_enough()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        client.Answer(1, 1, "value");
        client.Answer(2, 1, "value");
        Assert.Empty(client.Completed);

        client.Answer(3, 1, "value");
        Assert.Equal("value", CoreHarness.Text(query));
        Assert.False(query.Outcome.MayHaveExecuted);
        Assert.Equal(0ul, query.Sequence);
    }

    [Fact]
    public void Disagreement_asks_everybody_at_once_and_a_quorum_among_all_is_an_answer()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        client.TakeSent();
        client.Answer(1, 1, "new");
        Assert.Empty(client.TakeSent());
        client.Answer(2, 1, "old");
        Assert.Equal(["r0 read 1 'get' whole", "r3 read 1 'get' whole"], client.TakeSent().Order());

        client.Answer(3, 1, "new");
        client.Answer(0, 1, "new");
        Assert.Equal("new", CoreHarness.Text(query));
        Assert.Equal(1, client.Core.Statistics.ReadsWidened);
        Assert.Equal(0, client.Core.Statistics.ReadsOrdered);
    }

    [Fact]
    public void When_all_answered_and_no_quorum_agrees_the_query_is_ordered()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query("get");
        client.Answer(1, 1, "a");
        client.Answer(2, 1, "b");
        client.TakeSent();

        client.Answer(3, 1, "b");
        client.Answer(0, 1, "a");
        Assert.Equal(["r0 submit 2 OrderedQuery 'get' macs"], client.TakeSent());
        OrderedOperationTests.Answer(client, 2, "ordered");
        Assert.Equal("ordered", CoreHarness.Text(query));
        Assert.Equal(2ul, query.Sequence);
        Assert.False(query.Outcome.MayHaveExecuted);
        Assert.Equal(1, client.Core.Statistics.ReadsOrdered);
    }

    [Fact]
    public void Reads_that_expire_one_after_the_other_double_the_timeout_once()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Query("1");
        client.AdvanceMs(10);
        client.Query("2");
        client.AdvanceMs(10);
        client.Query("3");
        client.AdvanceMs(500);
        client.TakeSent();

        client.Query("4"); // the last with a timeout of its own
        client.TakeSent();
        client.AdvanceMs(999);
        Assert.DoesNotContain(client.TakeSent(), static line => line.Contains("read 4", StringComparison.Ordinal));
        client.AdvanceMs(1);
        Assert.Contains(client.TakeSent(), static line => line.Contains("read 4", StringComparison.Ordinal));
    }

    [Fact]
    public void A_silent_replica_costs_each_read_one_timeout_that_does_not_grow()
    {
        CoreHarness client = CoreHarness.Opened();
        for (ulong id = 1; id <= 3; id++) // the first also teaches the timeout
        {
            client.Query("get");
            client.Answer(1, id, "value");
            client.Answer(2, id, "value");
            client.AdvanceMs(id == 1 ? 500 : 100);
            client.AdvanceMs(1);
            client.Answer(0, id, "value");
            Assert.Equal((int)id, client.Completed.Count);
            client.AdvanceMs(40_000); // so that the silent one is asked again
        }
        Assert.Equal(3, client.Core.Statistics.ReadsWidened);
    }

    [Fact]
    public void A_quorum_that_has_become_impossible_is_not_waited_for()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Query("get");
        client.Answer(1, 1, "a");
        client.Answer(2, 1, "b");
        client.Answer(3, 1, "c");
        Assert.Equal(["r0 submit 2 OrderedQuery 'get' macs"], [client.TakeSent()[^1]]);
    }

    [Fact]
    public void A_mute_replica_costs_a_timeout_and_is_then_avoided()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        client.Answer(1, 1, "value");
        client.Answer(2, 1, "value");
        client.TakeSent();
        client.AdvanceMs(499);
        Assert.Empty(client.TakeSent());
        client.AdvanceMs(1);
        Assert.Equal(
            [.. Enumerable.Range(0, 4).Select(static i => $"r{i} read 1 'get' whole")], client.TakeSent().Order());
        client.Answer(0, 1, "value");
        Assert.Equal("value", CoreHarness.Text(query));

        client.Query();
        Assert.DoesNotContain(client.TakeSent(), line => line.StartsWith("r3", StringComparison.Ordinal));
    }

    [Fact]
    public void A_read_that_gets_no_quorum_within_two_timeouts_is_ordered()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Query("get");
        client.TakeSent();
        client.AdvanceMs(500 + 999);
        Assert.DoesNotContain(client.TakeSent(), line => line.Contains("submit", StringComparison.Ordinal));
        client.AdvanceMs(1);
        Assert.Equal(["r0 submit 2 OrderedQuery 'get' macs"], client.TakeSent());
    }

    [Fact]
    public void Agreement_without_the_answer_itself_asks_for_it_again()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        int full = FullReplier(client.TakeSent());
        foreach (int replica in (int[])[1, 2, 3]) client.AnswerDigest(replica, 1, Large);

        Assert.Equal(
            ["r0 read 1 'get' whole", "r1 read 1 'get' whole", "r2 read 1 'get' whole", "r3 read 1 'get' whole"],
            client.TakeSent());
        client.Answer(full == 1 ? 2 : 1, 1, Large);
        Assert.Equal(Large, CoreHarness.Text(query));
    }

    [Fact]
    public void The_one_asked_for_the_whole_answer_cannot_slip_in_another()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        int full = FullReplier(client.TakeSent());
        int[] others = [.. new[] { 1, 2, 3 }.Where(replica => replica != full)];
        client.Answer(full, 1, "X" + Large[1..]);
        foreach (int other in others) client.AnswerDigest(other, 1, Large);
        client.Answer(full, 1, "Y" + Large[1..]);
        Assert.Empty(client.Completed);

        client.Answer(0, 1, Large);
        Assert.Equal(Large, CoreHarness.Text(query));
        Assert.Equal(1, client.Core.Statistics.DissentingReplies);
    }

    [Fact]
    public void Reads_wait_for_a_quorum_of_links_and_do_not_wait_for_the_session_to_be_open()
    {
        CoreHarness client = new();
        client.Link(1, isUp: true);
        client.Link(2, isUp: true);
        client.BeginSession();
        client.Query("get");
        Assert.DoesNotContain(client.TakeSent(), line => line.Contains("read", StringComparison.Ordinal));

        client.Link(3, isUp: true);
        Assert.Equal(3, client.TakeSent().Count(line => line.Contains("read 1 'get'", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_link_that_breaks_under_a_read_asks_the_others_at_once()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        client.Answer(1, 1, "value");
        client.TakeSent();
        client.Link(2, isUp: false);
        Assert.Contains("r0 read 1 'get' whole", client.TakeSent());
        client.Answer(3, 1, "value");
        client.Answer(0, 1, "value");
        Assert.Equal("value", CoreHarness.Text(query));
    }

    [Fact]
    public void With_a_quorum_of_links_lost_a_read_is_ordered_as_soon_as_that_is_possible_again()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query("get");
        for (int replica = 0; replica < 4; replica++) client.Link(replica, isUp: false);
        client.TakeSent();
        client.AdvanceMs(5000);

        client.AllLinksUp();
        Assert.Contains(
            client.TakeSent(), line => line.StartsWith("r0 submit 2 OrderedQuery 'get'", StringComparison.Ordinal));
        OrderedOperationTests.Answer(client, 2, "value");
        Assert.Equal("value", CoreHarness.Text(query));
    }

    [Fact]
    public void Reads_end_at_their_deadline_and_changed_nothing()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query(timeoutMicros: 200_000);
        client.AdvanceMs(200);
        Assert.Equal(new OperationOutcome(OutcomeKind.TimedOut, default, MayHaveExecuted: false), query.Outcome);

        ClientOperation ordered = client.Query(timeoutMicros: 8_000_000);
        client.AdvanceMs(8000);
        Assert.NotEqual(0ul, ordered.Sequence);
        Assert.Equal(new OperationOutcome(OutcomeKind.TimedOut, default, MayHaveExecuted: false), ordered.Outcome);
    }

    [Fact]
    public void An_abandoned_read_is_forgotten()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        client.Abandon(query);
        for (int replica = 0; replica < 4; replica++) client.Answer(replica, 1, "value");
        Assert.Empty(client.Completed);
        Assert.Equal(4, client.Core.Statistics.LateReplies);
        client.AdvanceMs(60_000);
        Assert.Equal(0, client.Core.Statistics.ReadsOrdered);
    }

    [Fact]
    public void A_failed_query_fails()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        for (int replica = 1; replica < 4; replica++) client.Answer(replica, 1, "no such query", ReplyStatus.Failed);
        Assert.Equal(OutcomeKind.Failed, query.Outcome.Kind);
        Assert.Equal("no such query", CoreHarness.Text(query));
    }

    private static int FullReplier(string[] sent) =>
        sent.Single(line => line.EndsWith("whole", StringComparison.Ordinal))[1] - '0';
}
