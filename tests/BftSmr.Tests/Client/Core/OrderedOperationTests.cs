using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

public sealed class OrderedOperationTests
{
    [Fact]
    public void A_session_is_attached_on_every_link_and_opened_through_the_leader_before_anything_else_is_sent()
    {
        CoreHarness client = new();
        client.AllLinksUp();
        Assert.Empty(client.TakeSent());

        client.BeginSession();
        client.Invoke("first");
        Assert.Equal(
            ["r0 attach 42", "r1 attach 42", "r2 attach 42", "r3 attach 42", "r0 submit 1 Open '' macs"],
            client.TakeSent());

        client.Reply(1, 1, "");
        Assert.Empty(client.TakeSent());
        Assert.False(client.Core.IsOpen);

        client.Reply(2, 1, "");
        Assert.Equal(["r0 submit 2 Command 'first' macs"], client.TakeSent());
        Assert.True(client.Core.IsOpen);
        Assert.IsType<SessionOpenedEffect>(Assert.Single(client.SessionEffects));
    }

    [Fact]
    public void An_operation_goes_to_the_leader_only_and_names_one_correct_replica_more_than_may_be_faulty_as_repliers()
    {
        CoreHarness client = CoreHarness.Opened();

        client.Invoke("op");

        Assert.Equal(["r0 submit 2 Command 'op' macs"], client.TakeSent());
        Request request = client.Request(2);
        Assert.Equal(2, request.Repliers.Count);
        Assert.True(request.Repliers.Contains(request.FullReplier));
        Assert.Equal(4 * Request.MacBytes, request.Macs.Length);
        Assert.Equal(0, client.Keyring.Signatures);
    }

    [Fact]
    public void A_request_says_how_many_operations_its_client_waits_for()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke("a");
        client.Invoke("b");
        client.Invoke("c");
        Assert.Equal(
            [1ul, 2ul, 3ul],
            [client.Request(2).Outstanding, client.Request(3).Outstanding, client.Request(4).Outstanding]);

        client.Reply(1, 3, "");
        client.Reply(2, 3, "");
        client.Invoke("d");
        Assert.Equal(4ul, client.Request(5).Outstanding); // a is not over

        client.Reply(1, 2, "");
        client.Reply(2, 2, "");
        client.Invoke("e");
        Assert.Equal(3ul, client.Request(6).Outstanding); // c, d, e
    }

    [Fact]
    public void The_leader_which_has_most_to_do_is_not_among_the_preferred_repliers()
    {
        for (int session = 0; session < 20; session++)
        {
            CoreHarness client = CoreHarness.Opened(nonce: (ulong)session);
            client.Invoke();
            Assert.DoesNotContain(0, client.Repliers(2));
        }
    }

    [Fact]
    public void Sessions_spread_over_the_repliers_and_operations_over_the_full_replier()
    {
        HashSet<int> repliers = [], full = [];
        for (ulong nonce = 1; nonce <= 32; nonce++)
        {
            ReplicaView view = new(new ClientSettings { Client = new ClientId(1), Quorums = Quorums.Byzantine(7, 2) });
            for (int i = 0; i < 7; i++) view.LinkUp(new ReplicaId(i));
            view.Rotate(new SessionId(new ClientId(1), nonce));
            for (ulong turn = 0; turn < 3; turn++)
            {
                repliers.UnionWith(CoreHarness.Positions(view.Choose(3, turn, 0, out ReplicaId whole)));
                full.Add(whole.Value);
            }
        }
        Assert.Equal([1, 2, 3, 4, 5, 6], repliers.Order());
        Assert.Equal([1, 2, 3, 4, 5, 6], full.Order());
    }

    [Fact]
    public void In_signed_mode_every_request_is_signed_and_carries_no_macs()
    {
        CoreHarness client = CoreHarness.Opened(authentication: RequestAuthentication.Signed);

        client.Invoke("op");

        Assert.Equal(["r0 submit 2 Command 'op' signed"], client.TakeSent());
    }

    [Fact]
    public void A_digest_and_the_result_that_it_is_of_complete_an_operation_in_either_order()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation first = client.Invoke();
        client.Reply(Full(client, 2), 2, "result");
        Assert.Empty(client.Completed);
        client.ReplyDigest(Other(client, 2), 2, "result");
        Assert.Equal("result", CoreHarness.Text(first));

        ClientOperation second = client.Invoke();
        client.ReplyDigest(Other(client, 3), 3, "other");
        client.Reply(Full(client, 3), 3, "other");
        Assert.Equal("other", CoreHarness.Text(second));
        Assert.Equal([first, second], client.Completed);
        Assert.Equal(OutcomeKind.Ok, second.Outcome.Kind);
    }

    [Fact]
    public void One_replica_alone_completes_nothing_however_often_it_replies()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();

        for (int i = 0; i < 5; i++) client.Reply(1, 2, "forged");

        Assert.Empty(client.Completed);
        Assert.Equal(4, client.Core.Statistics.DuplicateReplies);
    }

    [Fact]
    public void Equal_results_with_different_statuses_do_not_count_together()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation operation = client.Invoke();

        client.Reply(1, 2, "no", ReplyStatus.Failed);
        client.Reply(2, 2, "no", ReplyStatus.Ok);
        Assert.Empty(client.Completed);

        client.Reply(3, 2, "no", ReplyStatus.Failed);
        Assert.Equal(OutcomeKind.Failed, operation.Outcome.Kind);
        Assert.Equal("no", CoreHarness.Text(operation));
        Assert.True(operation.Outcome.MayHaveExecuted);
    }

    [Theory]
    [InlineData(ReplyStatus.ReplyForgotten, OutcomeKind.ReplyForgotten)]
    [InlineData(ReplyStatus.ReplyTooLarge, OutcomeKind.ReplyTooLarge)]
    internal void An_executed_operation_without_a_reply_says_so(ReplyStatus status, OutcomeKind outcome)
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation operation = client.Invoke();

        client.Reply(1, 2, "", status);
        client.Reply(2, 2, "", status);

        Assert.Equal(outcome, operation.Outcome.Kind);
        Assert.True(operation.Outcome.MayHaveExecuted);
    }

    [Fact]
    public void Replicas_that_forgot_the_reply_meanwhile_do_not_leave_the_operation_without_an_end()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation operation = client.Invoke();
        client.ReplyDigest(Other(client, 2), 2, "a result that is much larger than a digest");
        client.AdvanceMs(1000);

        client.Reply(1, 2, "", ReplyStatus.ReplyForgotten);
        client.Reply(2, 2, "", ReplyStatus.ReplyForgotten);

        Assert.Equal(OutcomeKind.ReplyForgotten, operation.Outcome.Kind);
        Assert.Equal(0, client.Core.Statistics.ContradictoryReplies);
    }

    [Fact]
    public void No_more_than_a_window_beyond_the_oldest_unanswered_operation_is_under_way()
    {
        CoreHarness client = CoreHarness.Opened(
            adjust: settings => settings with { SessionWindow = 4, QueuedOperationsMax = 3 });
        for (int i = 0; i < 7; i++) client.Invoke($"{i}");
        Assert.Equal(4, client.TakeSent().Length);
        Assert.False(client.Core.HasRoom);

        // Not the oldest: nothing moves.
        Answer(client, 3);
        Answer(client, 4);
        Assert.Empty(client.TakeSent());

        Answer(client, 2);
        Assert.Equal(
            ["r0 submit 6 Command '4' macs", "r0 submit 7 Command '5' macs", "r0 submit 8 Command '6' macs"],
            client.TakeSent());
        Assert.True(client.Core.HasRoom);
    }

    [Fact]
    public void Sequence_numbers_have_no_gaps_although_callers_leave()
    {
        CoreHarness client = CoreHarness.Opened(adjust: settings => settings with { SessionWindow = 2 });
        ClientOperation sent = client.Invoke("sent");
        client.Invoke("also sent");
        ClientOperation waiting = client.Invoke("abandoned");
        client.Invoke("kept");
        client.TakeSent();

        client.Abandon(sent);
        client.Abandon(waiting);
        Answer(client, 2);
        Answer(client, 3);

        Assert.Equal(["r0 submit 4 Command 'kept' macs"], client.TakeSent());
        Assert.DoesNotContain(sent, client.Completed);
        Assert.DoesNotContain(waiting, client.Completed);
    }

    [Fact]
    public void A_deadline_tells_whether_the_operation_may_execute()
    {
        CoreHarness client = CoreHarness.Opened(adjust: settings => settings with { SessionWindow = 1 });
        ClientOperation sent = client.Invoke("sent", timeoutMicros: 5_000_000);
        ClientOperation waiting = client.Invoke("waiting", timeoutMicros: 6_000_000);
        client.AdvanceMs(4999);
        Assert.Empty(client.Completed);

        client.AdvanceMs(1);
        Assert.Equal([sent], client.Completed);
        Assert.Equal(new OperationOutcome(OutcomeKind.TimedOut, default, MayHaveExecuted: true), sent.Outcome);

        client.AdvanceMs(1000);
        Assert.Equal([sent, waiting], client.Completed);
        Assert.Equal(new OperationOutcome(OutcomeKind.TimedOut, default, MayHaveExecuted: false), waiting.Outcome);
    }

    [Fact]
    public void An_operation_that_timed_out_is_sent_on_until_it_completes_and_then_lets_the_next_one_pass()
    {
        CoreHarness client = CoreHarness.Opened(adjust: settings => settings with { SessionWindow = 1 });
        client.Invoke("slow", timeoutMicros: 1_000_000);
        client.AdvanceMs(1000);
        ClientOperation next = client.Invoke("next");
        client.TakeSent();

        client.AdvanceMs(8000);
        Assert.Contains("r2 submit 2 Command 'slow' macs+signed", client.TakeSent());

        Answer(client, 2);
        Assert.Equal(["r0 submit 3 Command 'next' macs"], client.TakeSent());
        Answer(client, 3);
        Assert.Equal(OutcomeKind.Ok, next.Outcome.Kind);
        Assert.Equal(2, client.Completed.Count);
    }

    [Fact]
    public void Late_forged_and_senseless_replies_are_counted_and_change_nothing()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        client.Reply(3, 2, "x", nonce: 4711);
        client.Reply(3, 0, "x");
        client.Reply(3, 1, "x");
        client.Reply(3, 3, "x");
        client.Reply(3, ulong.MaxValue, "x");
        Assert.Equal(5, client.Core.Statistics.LateReplies);

        client.Deliver(3, new Reply(client.Nonce, 2, Regency.Zero, ReplyStatus.Ok, true, new byte[31]));
        client.Deliver(3, new Attach(5));
        client.Deliver(3, new Submit(client.Request(2)));
        Assert.Equal(3, client.Core.Statistics.MalformedReplies);

        client.Reply(3, 2, "one");
        client.Reply(3, 2, "two");
        Assert.Equal(1, client.Core.Statistics.ContradictoryReplies);
        Assert.Empty(client.Completed);

        client.Reply(1, 2, "right");
        client.Reply(2, 2, "right");
        client.Reply(0, 2, "right");
        Assert.Equal("right", CoreHarness.Text(Assert.Single(client.Completed)));
        Assert.Equal(1, client.Core.Statistics.DissentingReplies);
        Assert.Equal(6, client.Core.Statistics.LateReplies);
    }

    internal static int Full(CoreHarness client, ulong sequence) => client.Request(sequence).FullReplier.Value;

    internal static int Other(CoreHarness client, ulong sequence) =>
        client.Repliers(sequence).First(replier => replier != Full(client, sequence));

    internal static void Answer(CoreHarness client, ulong sequence, string result = "ok", long regency = 0)
    {
        foreach (int replier in client.Repliers(sequence)) client.Reply(replier, sequence, result, regency: regency);
    }
}
