namespace BftSmr.Tests.Client.Core;

public sealed class LeaderTests
{
    [Fact]
    public void A_regency_that_enough_replicas_state_names_the_leader()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke("a");
        OrderedOperationTests.Answer(client, 2, regency: 5);

        Assert.Equal(new Regency(5), client.Core.Regency);
        client.TakeSent();
        client.Invoke("b");
        Assert.Equal(["r1 submit 3 Command 'b' macs"], client.TakeSent());
    }

    [Fact]
    public void What_only_the_old_leader_has_is_given_to_the_new_one()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke("a");
        client.Invoke("b");
        client.TakeSent();

        OrderedOperationTests.Answer(client, 2, regency: 1);

        Assert.Equal(["r1 submit 3 Command 'b' macs"], client.TakeSent());
    }

    [Fact]
    public void A_new_leader_that_cannot_be_reached_is_gone_around()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Link(1, isUp: false);
        client.Invoke("a");
        client.Invoke("b");
        client.TakeSent();

        foreach (int replier in client.Repliers(2)) client.Reply(replier, 2, "ok", regency: 1);

        Assert.Equal(
            [
                "r0 submit 3 Command 'b' macs+signed", "r2 submit 3 Command 'b' macs+signed",
                "r3 submit 3 Command 'b' macs+signed",
            ],
            client.TakeSent());
    }

    [Fact]
    public void Liars_can_neither_name_a_leader_nor_hold_the_right_one_back()
    {
        CoreHarness client = CoreHarness.Opened(7, 2);
        client.Reply(5, 999, "", regency: long.MaxValue);
        client.Reply(6, 999, "", regency: long.MaxValue - 1);
        Assert.Equal(Regency.Zero, client.Core.Regency);

        client.Reply(1, 999, "", regency: 3);
        Assert.Equal(new Regency(3), client.Core.Regency);

        client.Reply(1, 999, "", regency: 2);
        client.Reply(5, 999, "", regency: 1);
        Assert.Equal(new Regency(3), client.Core.Regency);

        client.Reply(2, 999, "", regency: 8);
        client.Reply(3, 999, "", regency: 9);
        Assert.Equal(new Regency(9), client.Core.Regency);
    }

    [Fact]
    public void The_believed_regency_is_the_highest_that_enough_replicas_reached()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Reply(1, 999, "", regency: 4);
        client.Reply(2, 999, "", regency: 7);
        Assert.Equal(new Regency(4), client.Core.Regency);
        client.Answer(3, 999, "", regency: 9);
        Assert.Equal(new Regency(7), client.Core.Regency);
    }
}
