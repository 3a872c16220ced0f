using System.Diagnostics.CodeAnalysis;
using BftCloud.Links;
using BftCloud.Primitives;

namespace BftSmr.Hosting;

/// <summary>Which link the replies of a session go to: the one that attached it last. Belongs to the loop.</summary>
/// <param name="sessionsPerClientMax">Sessions of one identity; one more takes the place of the one attached
/// first.</param>
internal sealed class SessionRoutes(int sessionsPerClientMax)
{
    private readonly Dictionary<ClientId, Routes> _clients = [];

    /// <summary>Sessions that are attached.</summary>
    public int Count { get; private set; }

    public void Attach(SessionId session, ClientLink link)
    {
        if (!_clients.TryGetValue(session.Client, out Routes? routes))
            _clients.Add(session.Client, routes = new Routes());
        if (routes.ByNonce.Remove(session.Nonce, out LinkedListNode<Route>? known))
        {
            routes.InOrder.Remove(known);
            Count--;
        }
        routes.ByNonce.Add(session.Nonce, routes.InOrder.AddLast(new Route(session.Nonce, link)));
        Count++;
        if (routes.ByNonce.Count > sessionsPerClientMax) Remove(routes, routes.InOrder.First!);
    }

    /// <summary>The link is down.</summary>
    public void Detach(ClientLink link)
    {
        if (!_clients.TryGetValue(link.Client, out Routes? routes)) return;
        for (LinkedListNode<Route>? node = routes.InOrder.First, next; node is not null; node = next)
        {
            next = node.Next;
            if (node.Value.Link == link) Remove(routes, node);
        }
        if (routes.ByNonce.Count == 0) _clients.Remove(link.Client);
    }

    public bool TryFind(ClientId client, ulong nonce, [NotNullWhen(true)] out ClientLink? link)
    {
        if (_clients.TryGetValue(client, out Routes? routes)
            && routes.ByNonce.TryGetValue(nonce, out LinkedListNode<Route>? node))
        {
            link = node.Value.Link;
            return true;
        }
        link = null;
        return false;
    }

    private void Remove(Routes routes, LinkedListNode<Route> node)
    {
        routes.InOrder.Remove(node);
        routes.ByNonce.Remove(node.Value.Nonce);
        Count--;
    }

    private readonly record struct Route(ulong Nonce, ClientLink Link);

    private sealed class Routes
    {
        public Dictionary<ulong, LinkedListNode<Route>> ByNonce { get; } = [];
        public LinkedList<Route> InOrder { get; } = [];
    }
}
