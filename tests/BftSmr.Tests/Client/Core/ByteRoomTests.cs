using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

public sealed class ByteRoomTests
{
    [Fact]
    public void As_many_operations_are_under_way_as_have_room_with_replies_of_the_expected_size()
    {
        CoreHarness client = CoreHarness.Opened(
            adjust: static s => s with { BytesUnderWayMax = 8_000, ReplyBytesMax = 1_000 });
        for (int i = 0; i < 100; i++) client.Invoke("op");
        int first = client.TakeSent().Length;
        Assert.InRange(first, 7, 9); // an eighth less is expected since the session was opened

        OrderedOperationTests.Answer(client, 2, result: new string('x', 1_000));
        Assert.InRange(client.TakeSent().Length, 0, 1);
        for (ulong sequence = 3; sequence <= 8; sequence++) OrderedOperationTests.Answer(client, sequence, result: "");
        Assert.InRange(client.TakeSent().Length, 9, 20);
    }

    [Fact]
    public void Large_operations_wait_for_each_other_and_one_of_any_size_has_room()
    {
        CoreHarness client = CoreHarness.Opened(
            adjust: static s => s with { BytesUnderWayMax = 10_000, ReplyBytesMax = 10 });
        for (int i = 0; i < 3; i++) client.Invoke(new string('x', 6_000));
        client.Invoke(new string('x', 60_000));
        Assert.Equal(2, client.TakeSent().Length);
        OrderedOperationTests.Answer(client, 2);
        Assert.Single(client.TakeSent());
        OrderedOperationTests.Answer(client, 3);
        Assert.Single(client.TakeSent());
        OrderedOperationTests.Answer(client, 4);
        OrderedOperationTests.Answer(client, 5);
        Assert.Equal(4, client.Completed.Count);
    }

    [Fact]
    public void Reads_have_a_room_of_their_own_and_whoever_leaves_it_makes_room_at_once()
    {
        CoreHarness client = CoreHarness.Opened(
            adjust: static s => s with { BytesUnderWayMax = 3_000, ReplyBytesMax = 1_000 });
        List<ClientOperation> reads = [.. Enumerable.Range(0, 3).Select(_ => client.Query())];
        Assert.Equal(2 * 3, client.TakeSent().Length);
        client.Invoke();
        Assert.Single(client.TakeSent());

        client.Abandon(reads[0]);
        client.AdvanceMs(0);
        Assert.Equal(3, client.TakeSent().Length);
    }

    [Fact]
    public void An_ordered_query_whose_reply_is_forgotten_is_asked_again()
    {
        CoreHarness client = CoreHarness.Opened();
        ClientOperation query = client.Query();
        foreach (int replica in (int[])[0, 1, 2, 3]) client.Answer(replica, 1, $"another at {replica}");
        Assert.Contains(client.TakeSent(), static line => line.Contains("submit 2", StringComparison.Ordinal));

        foreach (int replica in client.Repliers(2)) client.Reply(replica, 2, "", ReplyStatus.ReplyForgotten);
        Assert.Empty(client.Completed);
        OrderedOperationTests.Answer(client, 3, "value");
        Assert.Same(query, Assert.Single(client.Completed));
        Assert.Equal("value", CoreHarness.Text(query));
    }
}
