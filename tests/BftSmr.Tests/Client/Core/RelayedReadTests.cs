using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

/// <summary>Reads for which one replica passes on the reply shares of the others.</summary>
public sealed class RelayedReadTests
{
    [Fact]
    public void It_goes_to_one_replica_with_macs_for_the_others_and_is_over_with_the_words_of_a_quorum()
    {
        CoreHarness client = Relaying();
        ClientOperation query = client.Query("get");
        int relay = Relay(client);
        client.VouchedAnswer(relay, 1, "value", Others(relay));
        Assert.Equal("value", CoreHarness.Text(query));
        Assert.Equal(0, client.Core.Statistics.ReadsWidened);
    }

    [Fact]
    public void The_macs_are_over_the_query_and_its_number_in_the_order_of_the_replicas()
    {
        using TestKeys keys = new(replicas: 4, clients: 8);
        ClientCore core = new(
            new ClientSettings
            {
                Client = new ClientId(7),
                Quorums = Quorums.Byzantine(4, 1),
                Authentication = RequestAuthentication.Mac,
            },
            keys.Client(7)) { WantsRelayedReads = true };
        ClientEffectBuffer effects = new();
        for (int i = 0; i < 4; i++) core.OnLink(new ReplicaId(i), isUp: true, 0, effects);
        core.Open(41, 0, effects);
        core.Begin(new ClientOperation(OperationKind.Query, CoreHarness.Bytes("get"), 1_000_000), 0, effects);

        Read read = Assert.Single(
            effects.Effects.OfType<SendToReplicaEffect>().Select(static e => e.Message).OfType<Read>());
        Span<byte> statement = stackalloc byte[ReadStatement.QueryBytes];
        ReadStatement.WriteQuery(41, read.ReadId, Blake2b.Hash(CoreHarness.Bytes("get")), statement);
        int[] seconders = CoreHarness.Positions(read.Seconders);
        Assert.Equal(2, seconders.Length);
        for (int i = 0; i < seconders.Length; i++)
            Assert.True(
                keys.Replica(seconders[i]).VerifyMacFromClient(
                    new ClientId(7), statement, read.Macs.Span.Slice(i * Request.MacBytes, Request.MacBytes)));
    }

    [Fact]
    public void Words_for_something_else_or_somebody_elses_are_none()
    {
        CoreHarness client = Relaying();
        client.Query();
        int relay = Relay(client);
        int[] others = Others(relay);
        client.VouchedAnswer(relay, 1, "forged", others, vouchedId: 2);
        Assert.Empty(client.Completed);
        Assert.Equal(2, client.Core.Statistics.InvalidVouchers);

        ReadVoucher borrowed = CoreHarness.WordOf(
            client.Nonce, 1, "forged", others[0]) with { From = new ReplicaId(others[1]) };
        client.Deliver(
            relay,
            new ReadReply(client.Nonce, 1, Regency.Zero, ReplyStatus.Ok, false, CoreHarness.Bytes("forged"))
            {
                Vouchers = [borrowed],
            });
        Assert.Empty(client.Completed);
        Assert.Equal(3, client.Core.Statistics.InvalidVouchers);
    }

    [Fact]
    public void Words_that_differ_count_as_what_they_say_and_everybody_is_asked_at_once()
    {
        CoreHarness client = Relaying();
        ClientOperation query = client.Query();
        int relay = Relay(client);
        client.VouchedAnswer(relay, 1, "old", Others(relay), vouched: "new");
        Assert.Equal(3, client.TakeSent().Length);

        client.Answer(0, 1, "new");
        Assert.Equal("new", CoreHarness.Text(query));
        Assert.Equal(1, client.Core.Statistics.ReadsWidened);
    }

    [Fact]
    public void A_word_that_is_missing_asks_everybody_at_once_and_both_who_may_be_to_blame_are_avoided()
    {
        CoreHarness client = Relaying();
        ClientOperation query = client.Query();
        int relay = Relay(client);
        int[] others = Others(relay);
        client.VouchedAnswer(relay, 1, "value", others[..1]);
        Assert.NotEmpty(client.TakeSent());
        client.Answer(others[1], 1, "value");
        Assert.Equal("value", CoreHarness.Text(query));

        client.Query();
        int[] asked = Asked(client);
        Assert.Equal(3, asked.Length);
        Assert.True(
            asked[0] != relay && asked[0] != others[1], "A replica that is not to blame is asked to answer for all.");
    }

    [Fact]
    public void A_mute_relay_costs_a_timeout_and_is_then_avoided()
    {
        CoreHarness client = Relaying();
        ClientOperation query = client.Query();
        int relay = Relay(client);
        client.AdvanceMs(749);
        Assert.Empty(client.TakeSent());
        client.AdvanceMs(1);
        Assert.Equal(4, client.TakeSent().Length);
        foreach (int other in (int[])[0, .. Others(relay)]) client.Answer(other, 1, "value");
        Assert.Equal("value", CoreHarness.Text(query));

        client.Query();
        Assert.DoesNotContain(relay, Asked(client));
    }

    [Fact]
    public void A_broken_link_to_the_relay_asks_everybody_at_once()
    {
        CoreHarness client = Relaying();
        client.Query();
        int relay = Relay(client);
        client.Link(relay, isUp: false);
        Assert.Equal(3, client.TakeSent().Length);
    }

    [Fact]
    public void A_large_query_is_not_relayed()
    {
        CoreHarness client = Relaying();
        client.Query(new string('q', 1024));
        Assert.Equal(3, Asked(client).Length);
        client.Query(new string('q', 1025));
        Assert.Equal(3, client.TakeSent().Length);
    }

    private static CoreHarness Relaying()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Core.WantsRelayedReads = true;
        return client;
    }

    /// <summary>The replica that the read sent just now went to.</summary>
    private static int Relay(CoreHarness client) => Asked(client)[0];

    /// <summary>The replicas whose reply shares the read sent just now asks for, first its relay.</summary>
    private static int[] Asked(CoreHarness client)
    {
        string line = Assert.Single(client.TakeSent());
        Assert.Contains(" whole and ", line, StringComparison.Ordinal);
        return [.. line.Split(' ').Where(static word => word.Length == 2 && word[0] == 'r')
            .Select(static word => word[1] - '0')];
    }

    // The leader is asked last, so not at all.
    private static int[] Others(int relay) => [.. new[] { 1, 2, 3 }.Where(i => i != relay)];
}
