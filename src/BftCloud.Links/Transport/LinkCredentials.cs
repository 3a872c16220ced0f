using System.Text;
using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>
/// The key by which a node proves itself on its links, what it must have in common with the other end, and the keys of
/// the other nodes.
/// </summary>
internal sealed class LinkCredentials
{
    private readonly IReadOnlyList<PublicKey> _replicas;
    private readonly IReadOnlyList<PublicKey> _clients;

    // X25519 keys, made when first needed; an empty one marks a public key that is not valid.
    private readonly byte[]?[] _replicaAgreementKeys;
    private readonly byte[]?[] _clientAgreementKeys;

    /// <param name="clusterId">The cluster's id.</param>
    /// <param name="configurationHash">The hash of cluster.json's content.</param>
    /// <param name="own">This node's key; stays the caller's to dispose, after every link.</param>
    /// <param name="replicas">The replicas' keys, by id.</param>
    /// <param name="clients">The admitted clients' keys, by id.</param>
    public LinkCredentials(
        string clusterId, Digest configurationHash, KeyPair own, IReadOnlyList<PublicKey> replicas,
        IReadOnlyList<PublicKey> clients)
    {
        ClusterHash = Blake2b.Hash(Encoding.UTF8.GetBytes(clusterId));
        ConfigurationHash = configurationHash;
        Own = own;
        _replicas = replicas;
        _clients = clients;
        _replicaAgreementKeys = new byte[replicas.Count][];
        _clientAgreementKeys = new byte[clients.Count][];
    }

    public Digest ClusterHash { get; }

    public Digest ConfigurationHash { get; }

    public KeyPair Own { get; }

    /// <summary>What this node offers and accepts to seal records with.</summary>
    public CipherSuites Suites { get; init; } = SuiteChoice.OfThisMachine;

    public int ReplicaCount => _replicas.Count;

    public Hello HelloFor(LinkPort port, LinkPurpose purpose = LinkPurpose.Messages) =>
        new(port, ClusterHash, ConfigurationHash, purpose);

    /// <summary>The X25519 key of the node that may connect to the port under this id; empty if none may.</summary>
    public ReadOnlySpan<byte> AgreementKeyOfInitiator(LinkPort port, int id) => port switch
    {
        LinkPort.Peers => Converted(_replicaAgreementKeys, _replicas, id),
        LinkPort.Clients => Converted(_clientAgreementKeys, _clients, id),
        _ => default,
    };

    /// <summary>The X25519 key of a replica; empty if there is none.</summary>
    public ReadOnlySpan<byte> AgreementKeyOf(ReplicaId replica) =>
        Converted(_replicaAgreementKeys, _replicas, replica.Value);

    private static byte[] Converted(byte[]?[] made, IReadOnlyList<PublicKey> keys, int id)
    {
        if ((uint)id >= (uint)made.Length) return [];
        if (Volatile.Read(ref made[id]) is { } known) return known;
        byte[] x25519 = new byte[AgreementKey.Size];
        if (!keys[id].TryToX25519(x25519)) x25519 = [];
        Volatile.Write(ref made[id], x25519);
        return x25519;
    }
}
