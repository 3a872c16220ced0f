using BftCloud.Testing.Pages;

namespace BftCloud.Tests.Guides;

/// <summary>How a block of commands is run.</summary>
/// <param name="Mark">The comment before the block.</param>
/// <param name="HasCluster">Whether D is a cluster of the key-value store before the first command.</param>
/// <param name="IsUp">Whether its replicas run then.</param>
internal sealed record SessionKind(string Mark, bool HasCluster = false, bool IsUp = false)
{
    /// <summary>In an empty directory, each command to its end.</summary>
    public static SessionKind Plain { get; } = new("session");

    /// <summary>Its commands are long campaigns: each is told to end after a few seconds.</summary>
    public static SessionKind Cut { get; } = new("session, cut");

    /// <summary>Beside the files of a cluster; a server goes on while the next commands run.</summary>
    public static SessionKind Cluster { get; } = new("session, cluster", HasCluster: true);

    /// <summary>The same, and the cluster is up.</summary>
    public static SessionKind ClusterUp { get; } = new("session, cluster up", HasCluster: true, IsUp: true);

    /// <summary>In the checkout, as it was built.</summary>
    public static SessionKind InCheckout { get; } = new("session, checkout");

    private static SessionKind[] All { get; } = [Plain, Cut, Cluster, ClusterUp, InCheckout];

    /// <summary>The kind of a block; null if none is named.</summary>
    public static SessionKind? Of(Fence block) => All.FirstOrDefault(kind => kind.Mark == block.Mark);
}
