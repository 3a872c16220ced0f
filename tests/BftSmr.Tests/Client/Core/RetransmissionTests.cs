using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

public sealed class RetransmissionTests
{
    [Fact]
    public void Without_replies_the_same_body_goes_signed_to_all_and_less_and_less_often()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke("op");
        Request first = client.Request(2);
        client.TakeSent();
        long began = client.Now;

        List<long> times = [];
        for (int i = 0; i < 8; i++)
        {
            while (client.TakeSent() is var sent)
            {
                if (sent.Length > 0)
                {
                    Assert.Equal(
                        [.. Enumerable.Range(0, 4).Select(r => $"r{r} submit 2 Command 'op' macs+signed")], sent);
                    break;
                }
                client.AdvanceMs(1);
            }
            times.Add((client.Now - began) / 1000);
        }

        Assert.Equal(first.Body.ToArray(), client.Request(2).Body.ToArray());
        Assert.Equal(1, client.Keyring.Signatures);
        Assert.Equal([100, 300, 700, 1500, 3100, 6300, 10300, 14300], times);
    }

    [Fact]
    public void The_timeout_follows_the_measured_round_trips()
    {
        RetransmissionTimer timer = new(new ClientSettings { Client = default, Quorums = Quorums.Byzantine(4, 1) });
        Assert.Equal(500_000, timer.TimeoutMicros);

        for (int i = 0; i < 100; i++) timer.Measure(800);
        Assert.Equal(100_000, timer.TimeoutMicros);

        for (int i = 0; i < 100; i++) timer.Measure(300_000);
        Assert.InRange(timer.TimeoutMicros, 300_000, 400_000);

        timer.BackOff();
        timer.BackOff();
        Assert.InRange(timer.TimeoutMicros, 1_200_000, 1_600_000);
        for (int i = 0; i < 100; i++) timer.BackOff();
        Assert.Equal(4_000_000, timer.TimeoutMicros);

        timer.Measure(300_000);
        Assert.InRange(timer.TimeoutMicros, 300_000, 400_000);
    }

    [Fact]
    public void A_mute_replier_costs_one_timeout_and_is_then_avoided_for_a_while()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        int mute = OrderedOperationTests.Other(client, 2);
        client.Reply(OrderedOperationTests.Full(client, 2), 2, "ok");
        client.AdvanceMs(150);
        int helper = Enumerable.Range(0, 4).First(replica => !client.Repliers(2).Contains(replica));
        client.Reply(helper, 2, "ok");
        Assert.Single(client.Completed);

        for (ulong sequence = 3; sequence < 10; sequence++)
        {
            client.Invoke();
            Assert.DoesNotContain(mute, client.Repliers(sequence));
            OrderedOperationTests.Answer(client, sequence);
        }
        client.AdvanceMs(2000);
        client.Invoke();
        Assert.Contains(mute, client.Repliers(10));
    }

    [Fact]
    public void A_replica_that_fails_again_is_avoided_longer_each_time()
    {
        ReplicaView view = new(new ClientSettings { Client = default, Quorums = Quorums.Byzantine(4, 1) });
        for (int i = 0; i < 4; i++) view.LinkUp(new ReplicaId(i));
        int victim = CoreHarness.Positions(view.Choose(2, 0, 0, out _))[0];
        long now = 0;
        foreach (int seconds in (int[])[1, 2, 4, 8, 16, 32, 64, 64])
        {
            view.Avoid(ReplicaSet.Of(new ReplicaId(victim)), now);
            Assert.False(view.Choose(2, 0, now + seconds * 1_000_000L - 1, out _).Contains(new ReplicaId(victim)));
            now += seconds * 1_000_000L;
            Assert.True(view.Choose(2, 0, now, out _).Contains(new ReplicaId(victim)));
        }
        now += 100_000_000_000;
        view.Avoid(ReplicaSet.Of(new ReplicaId(victim)), now);
        Assert.True(view.Choose(2, 0, now + 1_000_000, out _).Contains(new ReplicaId(victim)));
    }

    [Fact]
    public void A_liar_is_outvoted_and_then_avoided()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation operation = client.Invoke();
        int liar = OrderedOperationTests.Full(client, 2);
        client.Reply(liar, 2, "lie");
        client.Reply(OrderedOperationTests.Other(client, 2), 2, "truth");
        Assert.Empty(client.Completed);
        client.AdvanceMs(200);
        client.Reply(0, 2, "truth");

        Assert.Equal("truth", CoreHarness.Text(operation));
        client.Invoke();
        Assert.DoesNotContain(liar, client.Repliers(3));
    }

    [Fact]
    public void A_digest_from_the_one_that_should_send_the_result_is_answered_by_asking_all_at_once()
    {
        const string Large = "a result that is larger than its digest would be, so not all replicas send it";
        CoreHarness client = CoreHarness.Opened();
        ClientOperation operation = client.Invoke();
        int full = OrderedOperationTests.Full(client, 2);
        client.TakeSent();

        client.ReplyDigest(full, 2, Large);
        client.ReplyDigest(OrderedOperationTests.Other(client, 2), 2, Large);
        Assert.Equal(4, client.TakeSent().Length);
        Assert.Empty(client.Completed);

        client.Reply(0, 2, Large);
        Assert.Equal(Large, CoreHarness.Text(operation));
        client.Invoke();
        Assert.DoesNotContain(full, client.Repliers(3));
    }

    [Fact]
    public void A_body_that_does_not_match_the_agreed_digest_is_not_believed()
    {
        const string Large = "a result that is larger than its digest would be, so not all replicas send it";
        CoreHarness client = CoreHarness.Opened(7, 2);
        ClientOperation operation = client.Invoke();
        int full = OrderedOperationTests.Full(client, 2);
        client.Reply(full, 2, "X" + Large[1..]);
        foreach (int other in Enumerable.Range(0, 7).Where(replica => replica != full).Take(2))
            client.ReplyDigest(other, 2, Large);
        client.AdvanceMs(200);
        Assert.Empty(client.Completed);

        client.Reply(Enumerable.Range(0, 7).Where(replica => replica != full).ElementAt(2), 2, Large);
        Assert.Equal(Large, CoreHarness.Text(operation));
    }

    [Fact]
    public void A_large_result_that_nobody_asked_for_counts_as_a_vote_and_is_not_kept()
    {
        Ballot ballot = new(4);
        byte[] large = new byte[100];
        Assert.Equal(
            CastResult.Counted,
            ballot.Cast(new ReplicaId(0), ReplyStatus.Ok, isDigest: false, large, wholeExpected: false));
        Assert.False(ballot.TryGetResult(ballot.AgreeingWith(new ReplicaId(0)), out _));
        Assert.Equal(
            CastResult.Counted,
            ballot.Cast(new ReplicaId(1), ReplyStatus.Ok, isDigest: false, large, wholeExpected: true));
        Assert.True(ballot.TryGetResult(ballot.AgreeingWith(new ReplicaId(0)), out _));
    }

    [Fact]
    public void A_broken_link_to_the_leader_sends_everything_outstanding_to_all_at_once_and_once()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke("a");
        client.Invoke("b");
        client.TakeSent();

        client.Link(0, isUp: false);
        Assert.Equal(
            [
                "r1 submit 2 Command 'a' macs+signed", "r2 submit 2 Command 'a' macs+signed",
                "r3 submit 2 Command 'a' macs+signed",
                "r1 submit 3 Command 'b' macs+signed", "r2 submit 3 Command 'b' macs+signed",
                "r3 submit 3 Command 'b' macs+signed",
            ],
            client.TakeSent());

        client.Link(0, isUp: false);
        Assert.Empty(client.TakeSent());

        client.Invoke("c");
        Assert.Equal(
            [
                "r1 submit 4 Command 'c' macs+signed", "r2 submit 4 Command 'c' macs+signed",
                "r3 submit 4 Command 'c' macs+signed",
            ],
            client.TakeSent());
        Assert.Equal(3, client.Keyring.Signatures);
    }

    [Fact]
    public void A_replica_whose_link_returns_gets_what_it_missed()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke("a");
        client.Link(0, isUp: false);
        client.TakeSent();

        client.Link(0, isUp: true);
        Assert.Equal(["r0 attach 42", "r0 submit 2 Command 'a' macs+signed"], client.TakeSent());

        client.Invoke("b");
        Assert.Equal(["r0 submit 3 Command 'b' macs"], client.TakeSent());
    }

    [Fact]
    public void A_broken_link_to_a_replier_asks_the_others_at_once()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke("a");
        int replier = OrderedOperationTests.Other(client, 2);
        client.TakeSent();

        client.Link(replier, isUp: false);
        Assert.Equal(3, client.TakeSent().Length);

        client.Invoke("b");
        Assert.DoesNotContain(replier, client.Repliers(3));
        Assert.Equal(["r0 submit 3 Command 'b' macs"], client.TakeSent());
    }

    [Fact]
    public void Nothing_is_sent_before_enough_links_for_an_answer_are_up()
    {
        CoreHarness client = new();
        client.Link(0, isUp: true);
        client.BeginSession();
        Assert.Equal(["r0 attach 42"], client.TakeSent());
        client.AdvanceMs(10_000);
        Assert.Empty(client.TakeSent());

        client.Link(2, isUp: true);
        Assert.Equal(["r2 attach 42", "r0 submit 1 Open '' macs"], client.TakeSent());
        Assert.Equal([0, 2], client.Repliers(1));
    }

    [Fact]
    public void A_leader_that_cannot_be_reached_from_the_start_is_waited_for_only_briefly()
    {
        CoreHarness client = new();
        client.BeginSession();
        for (int replica = 1; replica < 4; replica++) client.Link(replica, isUp: true);
        client.TakeSent();
        client.AdvanceMs(249);
        Assert.Empty(client.TakeSent());

        client.AdvanceMs(1);
        Assert.Equal(
            ["r1 submit 1 Open '' macs+signed", "r2 submit 1 Open '' macs+signed", "r3 submit 1 Open '' macs+signed"],
            client.TakeSent());
    }

    [Fact]
    public void Timeouts_of_many_operations_send_only_some_again_and_the_others_as_these_complete()
    {
        CoreHarness client = CoreHarness.Opened(
            adjust: settings => settings with { RetransmissionWindow = 4, ReplyBytesMax = 1024 });
        for (int i = 0; i < 100; i++) client.Invoke();
        client.TakeSent();

        client.AdvanceMs(100);
        Assert.Equal(4 * 4, client.TakeSent().Length);
        Assert.Equal(4, client.Keyring.Signatures);

        OrderedOperationTests.Answer(client, 2);
        Assert.Equal(
            [.. Enumerable.Range(0, 4).Select(r => $"r{r} submit 6 Command 'op' macs+signed")], client.TakeSent());
        client.AdvanceMs(50);
        Assert.Empty(client.TakeSent());
    }

    [Fact]
    public void When_only_retransmission_helps_again_and_again_the_client_signs_and_sends_to_all_from_the_start()
    {
        CoreHarness client = CoreHarness.Opened();
        ulong sequence = 1;
        for (int round = 0; round < 3; round++) InvokeIgnoredByTheLeader(client, ++sequence);

        client.Invoke("cautious");
        Assert.Equal(
            [.. Enumerable.Range(0, 4).Select(r => $"r{r} submit {sequence + 1} Command 'cautious' macs+signed")],
            client.TakeSent());
        OrderedOperationTests.Answer(client, ++sequence);

        client.AdvanceMs(10_000);
        client.Invoke("trial");
        Assert.Equal([$"r0 submit {sequence + 1} Command 'trial' macs"], client.TakeSent());
        OrderedOperationTests.Answer(client, ++sequence);

        // The trial went well: it takes as much again to become cautious.
        InvokeIgnoredByTheLeader(client, ++sequence);
        client.Invoke("fast");
        Assert.Equal([$"r0 submit {sequence + 1} Command 'fast' macs"], client.TakeSent());
    }

    [Fact]
    public void A_trial_in_vain_doubles_the_time_of_caution()
    {
        CoreHarness client = CoreHarness.Opened();
        ulong sequence = 1;
        for (int round = 0; round < 3; round++) InvokeIgnoredByTheLeader(client, ++sequence);
        client.AdvanceMs(10_000);
        InvokeIgnoredByTheLeader(client, ++sequence);

        client.AdvanceMs(19_000);
        client.Invoke("cautious");
        Assert.Equal(4, client.TakeSent().Length);
    }

    [Fact]
    public void A_cluster_that_is_merely_slow_is_not_made_slower_by_caution()
    {
        CoreHarness client = CoreHarness.Opened();
        for (ulong sequence = 2; sequence < 40; sequence++)
        {
            client.Invoke();
            client.AdvanceMs(sequence < 20 ? 1 : 130 + (long)sequence * 7 % 50);
            OrderedOperationTests.Answer(client, sequence);
        }
        client.TakeSent();

        client.Invoke("fast");
        Assert.Equal(["r0 submit 40 Command 'fast' macs"], client.TakeSent());
    }

    private static void InvokeIgnoredByTheLeader(CoreHarness client, ulong sequence)
    {
        client.Invoke();
        client.TakeSent();
        while (!client.Request(sequence).IsSigned) client.AdvanceMs(10);
        client.AdvanceMs(2);
        OrderedOperationTests.Answer(client, sequence);
        client.TakeSent();
    }
}
