using BftCloud.Primitives;

namespace BftSmr.Settings;

/// <summary>
/// What each client identity may ask for. Part of the configuration, so it is equal at all replicas, and a refusal that
/// follows from it is, too.
/// </summary>
/// <param name="rights">The rights of client i at position i; identities beyond them have
/// <see cref="Default"/>.</param>
internal sealed class RightsTable(IReadOnlyList<ClientRights> rights)
{
    /// <summary>What an identity may do unless its entry in cluster.json says otherwise.</summary>
    public const ClientRights Default = ClientRights.Read | ClientRights.Write;

    /// <summary>Every identity has the default.</summary>
    public static RightsTable Everybody { get; } = new([]);

    /// <summary>The table of these rights; <see cref="Everybody"/> if all are the default.</summary>
    public static RightsTable For(IReadOnlyList<ClientRights> rights)
    {
        RightsTable table = new(rights);
        return table.HasExceptions ? table : Everybody;
    }

    /// <summary>Whether an identity has other rights than the default.</summary>
    public bool HasExceptions { get; } = rights.Any(static r => r != Default);

    public ClientRights Of(ClientId client) =>
        (uint)client.Value < (uint)rights.Count ? rights[client.Value] : Default;

    /// <summary>Whether the client has this right.</summary>
    public bool Has(ClientId client, ClientRights right) => (Of(client) & right) != 0;
}
