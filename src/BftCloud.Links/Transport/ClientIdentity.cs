namespace BftCloud.Links;

/// <summary>What the links of one client identity share.</summary>
internal sealed class ClientIdentity(RemoteBudget budget, LinkBacklog backlog)
{
    public RemoteBudget Budget { get; } = budget;

    public LinkBacklog Backlog { get; } = backlog;

    /// <summary>Its links, oldest first. Guarded by the listener.</summary>
    public LinkedList<SecureLink> Links { get; } = [];
}
