using System.Text;
using BftSmr.Cryptography;

namespace BftSmr.Runtime.Transport;

/// <summary>What a node proves itself by on its links, what it must have in common with the other end, and whom it believes to be whom.</summary>
internal sealed class LinkCredentials
{
    private readonly IReadOnlyList<PublicKey> _replicas;
    private readonly IReadOnlyList<PublicKey> _clients;

    /// <param name="clusterId">The cluster's id.</param>
    /// <param name="configurationHash">The hash of cluster.json's content.</param>
    /// <param name="own">This node's key; stays the caller's to dispose, after every link.</param>
    /// <param name="replicas">The replicas' keys, by id.</param>
    /// <param name="clients">The admitted clients' keys, by id.</param>
    public LinkCredentials(string clusterId, Digest configurationHash, KeyPair own, IReadOnlyList<PublicKey> replicas, IReadOnlyList<PublicKey> clients)
    {
        ClusterHash = Blake2b.Hash(Encoding.UTF8.GetBytes(clusterId));
        ConfigurationHash = configurationHash;
        Own = own;
        _replicas = replicas;
        _clients = clients;
    }

    public Digest ClusterHash { get; }

    public Digest ConfigurationHash { get; }

    public KeyPair Own { get; }
}
