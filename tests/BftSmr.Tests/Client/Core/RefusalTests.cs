using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

/// <summary>Operations that replicas refuse, as the client lacks the right to them.</summary>
public sealed class RefusalTests
{
    private static readonly OperationOutcome s_notPermitted =
        new(OutcomeKind.NotPermitted, default, MayHaveExecuted: false);

    [Fact]
    public void A_refusal_by_one_replica_takes_the_command_to_all_and_f_plus_1_refusals_end_it()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation command = client.Invoke("put");
        client.TakeSent();

        Refuse(client, 0, 2);
        Assert.Empty(client.Completed);
        Assert.Equal(
            ["r0 submit 2 Command 'put' macs+signed", "r1 submit 2 Command 'put' macs+signed",
                "r2 submit 2 Command 'put' macs+signed", "r3 submit 2 Command 'put' macs+signed"],
            client.TakeSent());
        Refuse(client, 3, 2);

        Assert.Equal([command], client.Completed);
        Assert.Equal(s_notPermitted, command.Outcome);
        Assert.True(client.Core.IsOpen);
    }

    [Fact]
    public void A_refusal_by_f_replicas_does_not_keep_a_command_from_its_result()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation command = client.Invoke("put");
        for (int i = 0; i < 3; i++) Refuse(client, 0, 2);
        Assert.Empty(client.Completed);

        client.Reply(1, 2, "done");
        client.Reply(2, 2, "done");
        Assert.Equal("done", CoreHarness.Text(command));
    }

    [Fact]
    public void The_number_of_a_refused_command_is_the_next_ones_and_late_refusals_mean_nothing_to_it()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke("first");
        Request first = client.Request(2);
        Refuse(client, 0, 2);
        Refuse(client, 1, 2);

        ClientOperation second = client.Invoke("second");
        Assert.Equal(2ul, client.Request(2).Sequence);
        Refuse(client, 2, 2, first);
        Refuse(client, 3, 2, first);
        Assert.DoesNotContain(second, client.Completed);
        Refuse(client, 2, 2);
        Refuse(client, 3, 2);
        Assert.Equal(s_notPermitted, second.Outcome);
    }

    [Fact]
    public void Commands_refused_in_any_order_leave_no_gap_and_nothing_to_send_again()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation[] commands = [client.Invoke("a"), client.Invoke("b"), client.Invoke("c")];
        foreach (ulong sequence in (ulong[])[3, 2, 4])
        {
            Refuse(client, 0, sequence);
            Refuse(client, 1, sequence);
        }
        Assert.All(commands, static c => Assert.Equal(s_notPermitted, c.Outcome));
        client.TakeSent();
        client.AdvanceMs(60_000);
        Assert.Empty(client.TakeSent());

        client.Invoke("d");
        Assert.Equal("d"u8, client.Request(2).Operation.Span);
    }

    [Fact]
    public void A_refused_number_that_others_wait_behind_is_given_to_a_request_that_does_nothing()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation refused = client.Invoke("refused");
        ClientOperation behind = client.Invoke("behind");
        Refuse(client, 0, 2);
        Refuse(client, 1, 2);
        client.TakeSent();

        client.AdvanceMs(10_000);
        Assert.Contains("r0 submit 2 Open '' signed", client.TakeSent());
        for (int replica = 0; replica < 2; replica++)
        {
            client.Reply(replica, 2, "");
            client.Reply(replica, 3, "done");
        }
        Assert.Equal([refused, behind], client.Completed);
        Assert.Equal("done", CoreHarness.Text(behind));
    }

    [Fact]
    public void A_query_is_refused_by_f_plus_1_replicas_and_not_ordered()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        client.Answer(0, 1, "", ReplyStatus.NotPermitted);
        Assert.Empty(client.Completed);
        client.Answer(1, 1, "", ReplyStatus.NotPermitted);

        Assert.Equal(s_notPermitted, query.Outcome);
        Assert.DoesNotContain(client.TakeSent(), static line => line.Contains("submit", StringComparison.Ordinal));
    }

    [Fact]
    public void A_query_that_f_replicas_refuse_is_answered_by_the_others()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        client.Answer(0, 1, "", ReplyStatus.NotPermitted);
        for (int replica = 1; replica < 4; replica++) client.Answer(replica, 1, "value");
        Assert.Equal("value", CoreHarness.Text(query));
    }

    private static void Refuse(CoreHarness client, int from, ulong sequence, Request? request = null)
    {
        byte[] digest = new byte[Digest.Size];
        (request ?? client.Request(sequence)).Digest.CopyTo(digest);
        client.Deliver(
            from, new Reply(client.Nonce, sequence, Regency.Zero, ReplyStatus.NotPermitted, IsDigest: false, digest));
    }
}
