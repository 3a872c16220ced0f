using BftCloud.Primitives;
using BftSmr;

namespace ReplicatedBank;

/// <summary>Which client identities the cluster admits, and their rights.</summary>
internal static class BankClients
{
    public const int Teller = 0, FirstCustomer = 1, Auditor = 4;

    /// <summary>Customer i is client <see cref="FirstCustomer"/> + i, and its account has its name.</summary>
    public static readonly string[] Customers = ["ann", "bob", "cleo"];

    private static readonly (string Name, ClientRights Rights)[] s_clients =
    [
        ("teller", ClientRights.Read | ClientRights.Write | ClientRights.Admin),
        .. Customers.Select(static name => (name, ClientRights.Read | ClientRights.Write)),
        ("auditor", ClientRights.Read | ClientRights.Admin),
    ];

    /// <summary>A cluster on free ports of this machine. cluster.json says the same of clusters on several.</summary>
    public static LocalCluster CreateCluster() => LocalCluster.Create(
        f: 1, service: "bank", clients: s_clients.Length, adjust: static cluster => cluster with
        {
            Clients =
            [
                .. cluster.Clients.Zip(s_clients, static (identity, client) =>
                    identity with { Name = client.Name, Rights = client.Rights }),
            ],
        });
}
