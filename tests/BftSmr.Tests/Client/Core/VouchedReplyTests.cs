using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

/// <summary>One reply that carries the reply shares of the other repliers.</summary>
public sealed class VouchedReplyTests
{
    [Theory]
    [InlineData("result")]
    [InlineData("")]
    [InlineData("a result that is longer than its digest would be, so that it is compared by that")]
    public void One_reply_with_enough_vouchers_completes_an_operation(string result)
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation operation = client.Invoke();

        client.VouchedReply(Full(client, 2), 2, result, [Other(client, 2)]);

        Assert.Equal(result, CoreHarness.Text(operation));
        Assert.Equal(0, client.Core.Statistics.InvalidVouchers);
    }

    [Fact]
    public void With_more_that_may_be_faulty_it_takes_more_vouchers()
    {
        CoreHarness client = CoreHarness.Opened(replicas: 7, faulty: 2);
        ClientOperation operation = client.Invoke();
        int[] others = [.. client.Repliers(2).Where(replier => replier != Full(client, 2))];

        client.VouchedReply(Full(client, 2), 2, "result", others[..1]);
        Assert.Empty(client.Completed);

        client.VouchedReply(Full(client, 2), 2, "result", others);
        Assert.Equal("result", CoreHarness.Text(operation));
    }

    [Fact]
    public void A_voucher_for_something_else_is_not_believed()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        int full = Full(client, 2), other = Other(client, 2);

        client.VouchedReply(full, 2, "forged", [other], vouched: "right");
        client.VouchedReply(full, 2, "right", [other], vouchedSequence: 3);
        client.VouchedReply(full, 2, "right", [other], status: ReplyStatus.Failed);
        client.Deliver(full, new Reply(client.Nonce, 2, Regency.Zero, ReplyStatus.Ok, false, CoreHarness.Bytes("right"))
        {
            Vouchers = CoreHarness.VouchersOf(client.Nonce + 1, 2, "right", other),
        });
        client.Deliver(full, new Reply(client.Nonce, 2, Regency.Zero, ReplyStatus.Ok, false, CoreHarness.Bytes("right"))
        {
            Vouchers = CoreHarness.VouchersOf(client.Nonce, 2, "right", full) with
            {
                From = ReplicaSet.Of(new ReplicaId(other)),
            },
        });

        Assert.Empty(client.Completed);
        Assert.Equal(5, client.Core.Statistics.InvalidVouchers);
    }

    [Fact]
    public void A_replica_does_not_vouch_for_itself()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        int full = Full(client, 2);

        client.VouchedReply(full, 2, "result", [full]);
        client.VouchedReply(full, 2, "result", [full]);

        Assert.Empty(client.Completed);
    }

    [Fact]
    public void What_a_replica_says_itself_counts_and_what_another_says_that_it_said_before_does_not()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        int full = Full(client, 2), other = Other(client, 2);

        client.Reply(other, 2, "", ReplyStatus.ReplyForgotten);
        client.VouchedReply(full, 2, "result", [other]);
        Assert.Empty(client.Completed);

        client.Reply(Rest(client, 2)[0], 2, "result");
        Assert.Equal("result", CoreHarness.Text(Assert.Single(client.Completed)));
    }

    [Fact]
    public void A_reply_that_could_not_wait_for_its_vouchers_is_completed_by_the_same_with_them()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation operation = client.Invoke();
        int full = Full(client, 2);

        client.VouchedReply(full, 2, "result", []);
        Assert.Empty(client.Completed);
        client.VouchedReply(full, 2, "result", [Other(client, 2)]);

        Assert.Equal("result", CoreHarness.Text(operation));
    }

    [Fact]
    public void One_reply_is_asked_for_on_the_fast_path_only()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Core.WantsOneReply = true;
        client.Invoke();
        client.Link(0, isUp: false);
        client.Invoke();

        Assert.True(client.Request(2).WantsOneReply);
        Assert.False(client.Request(3).WantsOneReply);
    }

    [Fact]
    public void A_full_replier_that_answers_nobody_costs_a_timeout_and_is_then_avoided()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Core.WantsOneReply = true;
        client.Invoke();
        int full = Full(client, 2);

        client.AdvanceMs(501);
        AnswerAll(client, 2, except: full);
        Assert.Single(client.Completed);

        client.Invoke();
        Assert.DoesNotContain(full, client.Repliers(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_voucher_that_is_missing_or_wrong_either_of_two_may_be_to_blame_and_both_are_avoided(bool isMissing)
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        int full = Full(client, 2), other = Other(client, 2);

        client.VouchedReply(full, 2, "result", isMissing ? [] : [other], vouched: "another result");
        client.AdvanceMs(501);
        AnswerAll(client, 2, except: -1);
        Assert.Single(client.Completed);

        client.Invoke();
        Assert.Equal(Rest(client, 2), client.Repliers(3));
    }

    private static int Full(CoreHarness client, ulong sequence) => OrderedOperationTests.Full(client, sequence);

    private static int Other(CoreHarness client, ulong sequence) => OrderedOperationTests.Other(client, sequence);

    private static int[] Rest(CoreHarness client, ulong sequence) =>
        [.. Enumerable.Range(0, client.Replicas).Except(client.Repliers(sequence))];

    private static void AnswerAll(CoreHarness client, ulong sequence, int except)
    {
        for (int replica = 0; replica < client.Replicas; replica++)
        {
            if (replica != except) client.Reply(replica, sequence, "result");
        }
    }
}
