using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>What the links of one client identity share.</summary>
internal sealed class ClientIdentity(ClientId client, RemoteBudget budget, LinkBacklog backlog)
{
    public ClientId Client { get; } = client;

    public RemoteBudget Budget { get; } = budget;

    public LinkBacklog Backlog { get; } = backlog;

    /// <summary>Its links, oldest first. Guarded by the listener.</summary>
    public LinkedList<SecureLink> Links { get; } = [];
}
