using BftCloud.Primitives;
using BftSmr.Client.Core;
using BftSmr.Messages;

namespace BftSmr.Tests.Client.Core;

public sealed class SessionTests
{
    [Fact]
    public void When_the_session_expired_sent_operations_fail_as_possibly_executed_and_waiting_ones_go_on_in_the_next()
    {
        CoreHarness client = CoreHarness.Opened(adjust: settings => settings with { SessionWindow = 2 });
        ClientOperation first = client.Invoke("first");
        ClientOperation second = client.Invoke("second");
        ClientOperation third = client.Invoke("third");

        client.Reply(1, 2, "", ReplyStatus.SessionExpired);
        Assert.Empty(client.Completed);
        client.Reply(3, 2, "", ReplyStatus.SessionExpired);

        Assert.Equal([first, second], client.Completed);
        Assert.All(
            client.Completed,
            operation => Assert.Equal(
                new OperationOutcome(OutcomeKind.SessionExpired, default, MayHaveExecuted: true), operation.Outcome));
        Assert.Equal(
            [new SessionExpiredEffect(new SessionId(new ClientId(7), 42), WhileOpening: false, FirstFree: 0)],
            client.SessionEffects);
        Assert.True(client.Core.IsClosed);
        client.TakeSent();

        client.OpenSession();
        OrderedOperationTests.Answer(client, 2);
        Assert.Equal(OutcomeKind.Ok, third.Outcome.Kind);
        Assert.Equal(new SessionId(new ClientId(7), 43), client.Request(2).Session);
    }

    [Fact]
    public void Replies_to_the_old_session_mean_nothing_to_the_next_one()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        client.Reply(1, 2, "", ReplyStatus.SessionExpired);
        client.Reply(2, 2, "", ReplyStatus.SessionExpired);
        client.OpenSession();
        ClientOperation operation = client.Invoke();

        for (int replica = 0; replica < 4; replica++) client.Reply(replica, 2, "old", nonce: 42);
        Assert.DoesNotContain(operation, client.Completed);
        OrderedOperationTests.Answer(client, 2, "new");
        Assert.Equal("new", CoreHarness.Text(operation));
    }

    [Fact]
    public void Faulty_replicas_cannot_expire_a_session()
    {
        CoreHarness client = CoreHarness.Opened(7, 2);
        client.Invoke();
        for (int i = 0; i < 3; i++)
        {
            client.Reply(1, 2, "", ReplyStatus.SessionExpired);
            client.Reply(2, 2, "", ReplyStatus.SessionExpired);
        }
        Assert.Empty(client.SessionEffects);
        Assert.True(client.Core.IsOpen);
    }

    [Fact]
    public void What_waits_for_a_session_that_is_refused_waits_for_the_next_one_or_fails_as_not_executed()
    {
        CoreHarness client = new();
        client.AllLinksUp();
        client.BeginSession();
        ClientOperation operation = client.Invoke();

        ClientOperation query = client.Query();
        client.Reply(1, 1, "", ReplyStatus.SessionExpired);
        client.Reply(2, 1, "", ReplyStatus.SessionExpired);
        Assert.Empty(client.Completed);
        Assert.Equal(
            [new SessionExpiredEffect(new SessionId(new ClientId(7), 42), WhileOpening: true, FirstFree: 0)],
            client.SessionEffects);

        client.BeginSession();
        client.Reply(1, 1, "", ReplyStatus.SessionExpired);
        client.Reply(2, 1, "", ReplyStatus.SessionExpired);
        client.FailWaiting();
        Assert.Equal([operation, query], client.Completed);
        Assert.All(
            client.Completed,
            one => Assert.Equal(
                new OperationOutcome(OutcomeKind.SessionExpired, default, MayHaveExecuted: false), one.Outcome));
    }

    [Fact]
    public void Queries_that_were_under_way_begin_again_in_the_next_session()
    {
        CoreHarness client = CoreHarness.Opened();
        client.Invoke();
        ClientOperation query = client.Query("get");
        client.Reply(1, 2, "", ReplyStatus.SessionExpired);
        client.Reply(2, 2, "", ReplyStatus.SessionExpired);
        Assert.Single(client.Completed);

        client.BeginSession();
        string[] reads =
            [.. client.TakeSent().Where(line => line.Contains("read", StringComparison.Ordinal)).TakeLast(3)];
        Assert.All(reads, line => Assert.Contains("read 2 'get'", line, StringComparison.Ordinal));
        for (int replica = 0; replica < 3; replica++) client.Answer(replica, 2, "value");
        Assert.Equal("value", CoreHarness.Text(query));
    }

    [Fact]
    public void A_closed_client_tells_every_caller_what_may_have_executed()
    {
        CoreHarness client = CoreHarness.Opened(adjust: settings => settings with { SessionWindow = 1 });
        ClientOperation sent = client.Invoke("sent");
        ClientOperation waiting = client.Invoke("waiting");
        ClientOperation query = client.Query();
        ClientEffectBuffer effects = new();

        client.Core.Close(effects);

        Assert.Equal(
            [sent, waiting, query],
            effects.Effects.Cast<OperationCompletedEffect>().Select(effect => effect.Operation));
        Assert.Equal(new OperationOutcome(OutcomeKind.Closed, default, MayHaveExecuted: true), sent.Outcome);
        Assert.Equal(new OperationOutcome(OutcomeKind.Closed, default, MayHaveExecuted: false), waiting.Outcome);
        Assert.Equal(new OperationOutcome(OutcomeKind.Closed, default, MayHaveExecuted: false), query.Outcome);
    }
}
