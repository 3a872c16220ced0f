using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Hosting;

namespace BftSmr.Tests.Hosting;

public sealed class SessionRoutesTests
{
    private readonly SessionRoutes _routes = new(sessionsPerClientMax: 3);

    [Fact]
    public void Replies_go_to_the_link_that_attached_the_session_last()
    {
        ClientLink first = LinkOf(1), second = LinkOf(1);
        _routes.Attach(Session(1, 10), first);
        Assert.Same(first, Find(1, 10));
        _routes.Attach(Session(1, 10), second);
        Assert.Same(second, Find(1, 10));

        _routes.Detach(first); // late news of the old link
        Assert.Same(second, Find(1, 10));
        _routes.Detach(second);
        Assert.Null(Find(1, 10));
        Assert.Equal(0, _routes.Count);
    }

    [Fact]
    public void Nobody_gets_replies_of_another_identity()
    {
        _routes.Attach(Session(1, 10), LinkOf(1));
        Assert.Null(Find(2, 10));
        Assert.Null(Find(1, 11));
    }

    [Fact]
    public void An_identity_that_attaches_too_many_sessions_loses_its_own_oldest()
    {
        ClientLink link = LinkOf(1), other = LinkOf(2);
        _routes.Attach(Session(2, 1), other);
        for (ulong nonce = 1; nonce <= 1000; nonce++) _routes.Attach(Session(1, nonce), link);
        Assert.Equal(4, _routes.Count);
        Assert.Null(Find(1, 997));
        Assert.Same(link, Find(1, 998));
        Assert.Same(other, Find(2, 1));

        _routes.Attach(Session(1, 998), link); // attached again, so no longer the oldest
        _routes.Attach(Session(1, 2000), link);
        Assert.Same(link, Find(1, 998));
        Assert.Null(Find(1, 999));
    }

    private ClientLink? Find(int client, ulong nonce) =>
        _routes.TryFind(new ClientId(client), nonce, out ClientLink? link) ? link : null;

    private static SessionId Session(int client, ulong nonce) => new(new ClientId(client), nonce);

    /// <summary>A link that is never used, only told apart.</summary>
    private static ClientLink LinkOf(int client) =>
        new(new ClientId(client), null!, new LinkBacklog(), new RemoteBudget(0), null!, null!);
}
