using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

/// <summary>What a replica that says nothing costs a client.</summary>
public sealed class SilentReplicaTests
{
    [Fact]
    public void A_later_operation_that_is_over_tells_that_replicas_are_silent_about_earlier_ones()
    {
        CoreHarness client = Slow(out ulong first);
        client.Invoke("first");
        client.Invoke("second");
        client.TakeSent();
        client.Reply(OrderedOperationTests.Full(client, first), first, "ok");
        client.AdvanceMs(200);
        OrderedOperationTests.Answer(client, first + 1);
        client.AdvanceMs(150);
        Assert.Empty(client.TakeSent());
        client.AdvanceMs(100); // about half of the round trip is over, and not the timeout
        Assert.Equal(
            [.. Enumerable.Range(0, 4).Select(r => $"r{r} submit {first} Command 'first' macs+signed")],
            client.TakeSent());
    }

    [Fact]
    public void An_earlier_operation_that_is_over_tells_nothing_of_later_ones()
    {
        CoreHarness client = Slow(out ulong first);
        client.Invoke("first");
        client.Invoke("second");
        client.TakeSent();
        OrderedOperationTests.Answer(client, first);
        client.AdvanceMs(450);
        Assert.Empty(client.TakeSent());
    }

    [Fact]
    public void One_silent_replica_does_not_double_the_timeout()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        client.Reply(OrderedOperationTests.Full(client, 2), 2, "ok");
        client.AdvanceMs(100);
        Assert.NotEmpty(client.TakeSent());
        client.AdvanceMs(99);
        Assert.Empty(client.TakeSent());
        client.AdvanceMs(1); // nothing came of the second sending: now it doubles
        Assert.NotEmpty(client.TakeSent());
        client.AdvanceMs(199);
        Assert.Empty(client.TakeSent());
    }

    [Fact]
    public void Silent_replicas_do_not_make_a_client_cautious()
    {
        CoreHarness client = CoreHarness.Opened();
        for (ulong sequence = 2; sequence < 8; sequence++)
        {
            client.Invoke();
            int full = OrderedOperationTests.Full(client, sequence);
            client.Reply(full, sequence, "ok");
            client.AdvanceMs(150);
            client.Reply(Enumerable.Range(0, 4).First(r => r != full), sequence, "ok");
            client.AdvanceMs(100_000);
        }
        client.TakeSent();
        client.Invoke("quick");
        Assert.Equal(["r0 submit 8 Command 'quick' macs"], client.TakeSent());
    }

    [Fact]
    public void One_operation_at_a_time_asks_a_replica_that_was_silent_until_it_has_answered_one()
    {
        ReplicaView view = View();
        ReplicaId silent = view.Choose(2, 0, 0, out _).First();
        view.Avoid(ReplicaSet.Of(silent), 0);
        Assert.True(view.Choose(2, 0, 1_000_000, out ReplicaId whole).Contains(silent));
        Assert.NotEqual(silent, whole);
        Assert.False(view.Choose(2, 0, 1_000_001, out _).Contains(silent));
        Assert.False(view.Choose(2, 0, 1_999_999, out _).Contains(silent));
        Assert.True(view.Choose(2, 0, 2_000_000, out _).Contains(silent)); // the first may be over without it

        view.Trust(ReplicaSet.Of(silent), 1_999_999); // late, to what it was asked long ago
        Assert.False(view.Choose(2, 0, 2_000_001, out _).Contains(silent));
        view.Trust(ReplicaSet.Of(silent), 2_000_000);
        Assert.True(view.Choose(2, 0, 2_000_002, out _).Contains(silent));
        Assert.True(view.Choose(2, 0, 2_000_003, out _).Contains(silent));
    }

    [Fact]
    public void A_replica_that_was_silent_before_is_to_blame_rather_than_others()
    {
        ReplicaView view = View();
        ReplicaSet chosen = view.Choose(2, 0, 0, out _);
        ReplicaId silent = chosen.First(), other = chosen.Without(silent).First();
        view.Avoid(ReplicaSet.Of(silent), 0);
        view.Choose(2, 0, 1_000_000, out _);
        view.Blame(ReplicaSet.Of(silent), chosen, 1_100_000);
        Assert.True(view.Choose(2, 0, 1_100_001, out _).Contains(other));

        view.Blame(ReplicaSet.Of(other), ReplicaSet.Of(other), 1_200_000);
        Assert.False(view.Choose(2, 0, 1_200_001, out _).Contains(other));
    }

    [Fact]
    public void To_an_ordered_query_all_replicas_reply_and_any_that_agree_are_enough()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Core.WantsOneReply = true;
        ClientOperation query = client.Query();
        string[] different = ["a", "b", "c"];
        for (int i = 0; i < 3; i++) client.Answer(i + 1, 1, different[i]);
        Assert.Equal([0, 1, 2, 3], client.Repliers(2));
        Assert.False(client.Request(2).WantsOneReply);

        int[] others = [.. Enumerable.Range(0, 4).Where(r => r != OrderedOperationTests.Full(client, 2))];
        string result = new('x', Request.WholeQueryBytesMax);
        client.Reply(others[0], 2, result);
        client.Reply(others[1], 2, result);
        Assert.Equal(result, CoreHarness.Text(query));
    }

    [Fact]
    public void A_large_reply_to_an_ordered_query_is_taken_from_the_full_replier_only()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Query();
        string[] different = ["a", "b", "c"];
        for (int i = 0; i < 3; i++) client.Answer(i + 1, 1, different[i]);
        int full = OrderedOperationTests.Full(client, 2);
        string result = new('x', Request.WholeQueryBytesMax + 1);
        foreach (int other in Enumerable.Range(0, 4).Where(r => r != full)) client.Reply(other, 2, result);
        Assert.Empty(client.Completed);
        client.Reply(full, 2, result);
        Assert.Single(client.Completed);
    }

    [Fact]
    public void A_relayed_read_and_one_that_replicas_answer_themselves_have_timeouts_of_their_own()
    {
        CoreHarness client = CoreHarness.Opened();
        for (ulong id = 1; id <= 20; id++) Read(client, id, isRelayed: false, milliseconds: 200);
        for (ulong id = 21; id <= 40; id++) Read(client, id, isRelayed: true, milliseconds: 400);
        for (ulong id = 41; id <= 60; id++) Read(client, id, isRelayed: false, milliseconds: 200);
        Assert.Equal(0, client.Core.Statistics.ReadsWidened);

        client.Core.WantsRelayedReads = true;
        client.Query();
        client.TakeSent();
        client.AdvanceMs(500);
        Assert.Empty(client.TakeSent());
        client.AdvanceMs(400);
        Assert.NotEmpty(client.TakeSent());
        client.Core.WantsRelayedReads = false;
        client.Query();
        client.TakeSent();
        client.AdvanceMs(300);
        Assert.NotEmpty(client.TakeSent());
    }

    private static void Read(CoreHarness client, ulong id, bool isRelayed, long milliseconds)
    {
        client.Core.WantsRelayedReads = isRelayed;
        client.Query();
        int whole = client.TakeSent().Single(static line => line.Contains("whole", StringComparison.Ordinal))[1] - '0';
        int[] others = [.. new[] { 1, 2, 3 }.Where(r => r != whole)];
        client.AdvanceMs(milliseconds);
        if (isRelayed) client.VouchedAnswer(whole, id, "value", others);
        else foreach (int replica in (int[])[whole, .. others]) client.Answer(replica, id, "value");
    }

    /// <summary>Replies have taken 300 to 500 ms.</summary>
    private static CoreHarness Slow(out ulong next)
    {
        CoreHarness client = CoreHarness.Opened();
        for (next = 2; next < 60; next++)
        {
            client.Invoke();
            client.AdvanceMs(next % 2 == 0 ? 300 : 500);
            OrderedOperationTests.Answer(client, next);
        }
        client.TakeSent();
        return client;
    }

    private static ReplicaView View()
    {
        ReplicaView view = new(new ClientSettings { Client = default, Quorums = Quorums.Byzantine(4, 1) });
        for (int i = 0; i < 4; i++) view.LinkUp(new ReplicaId(i));
        return view;
    }
}
