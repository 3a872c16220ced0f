using System.Security.Cryptography;
using System.Text;
using BftCloud.Primitives;

namespace BftSmr.Keys;

/// <summary>
/// A real node's keys, over libsodium. Safe for any number of threads; allocates nothing per call.
/// <para>Signatures: Ed25519 over the 64-byte BLAKE2b of the message, keyed by a hash of the cluster's id.</para>
/// <para>
/// MACs between a client and a replica: 16-byte BLAKE2b of the message, keyed by BLAKE2b of (a context, the cluster's id, the client's and the
/// replica's public key), which in turn is keyed by the static X25519 secret that the two share.
/// </para>
/// </summary>
internal sealed class Keyring : IKeyring
{
    public const int MacBytes = 16;

    private const int HashBytes = 64;

    private readonly KeyPair _own;
    private readonly byte[] _signatureKey;
    private readonly byte[][] _replicas;
    private readonly byte[][] _clients;

    // By replica (if this node is a client) and by client (if it is a replica); empty otherwise. There can be many clients: their keys are made
    // when first needed. An empty key marks a client whose public key is not valid.
    private readonly byte[][] _macKeysOfReplicas;
    private readonly byte[]?[] _macKeysOfClients;
    private readonly byte[] _macContext;
    private readonly byte[] _self;

    /// <summary>The keyring of the node that holds <paramref name="own"/>, which stays the caller's to dispose.</summary>
    /// <exception cref="ArgumentException">A public key is not valid, or the own one is neither a replica's nor a client's.</exception>
    public Keyring(string clusterId, KeyPair own, IReadOnlyList<PublicKey> replicas, IReadOnlyList<PublicKey> clients)
    {
        _own = own;
        _signatureKey = ContextKey("bftsmr signature 1", clusterId);
        _replicas = [.. replicas.Select(BytesOf)];
        _clients = [.. clients.Select(BytesOf)];
        bool isReplica = replicas.Contains(own.PublicKey);
        bool isClient = clients.Contains(own.PublicKey);
        if (!isReplica && !isClient)
            throw new ArgumentException($"The own key, {own.PublicKey}, is neither a replica's nor a client's in cluster.json: use the key file made for this node.", nameof(own));
        _macContext = ContextKey("bftsmr client mac 1", clusterId);
        _self = BytesOf(own.PublicKey);
        _macKeysOfReplicas = isClient ? [.. _replicas.Select(MacKeyOfReplica)] : [];
        _macKeysOfClients = isReplica ? new byte[_clients.Length][] : [];
    }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        Sodium.GenericHash(hash, message, _signatureKey);
        _own.Sign(hash, signature);
    }

    public bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        (uint)signer.Value < (uint)_replicas.Length && Verify(_replicas[signer.Value], message, signature);

    public bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        (uint)signer.Value < (uint)_clients.Length && Verify(_clients[signer.Value], message, signature);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">This node is no client.</exception>
    public void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        if ((uint)replica.Value >= (uint)_macKeysOfReplicas.Length)
            throw new InvalidOperationException($"There is no MAC key for {replica}: it is not in the cluster, or this node's key is not a client's.");
        if (mac.Length != MacBytes) throw new ArgumentException($"A MAC has {MacBytes} bytes.", nameof(mac));
        Sodium.GenericHash(mac, message, _macKeysOfReplicas[replica.Value]);
    }

    public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        byte[] key = MacKeyOfClient(client);
        return key.Length > 0 && IsMac(key, message, mac);
    }

    public void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        if (mac.Length != MacBytes) throw new ArgumentException($"A MAC has {MacBytes} bytes.", nameof(mac));
        byte[] key = MacKeyOfClient(client);
        if (key.Length == 0) mac.Clear();
        else Sodium.GenericHash(mac, message, key);
    }

    public bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        (uint)replica.Value < (uint)_macKeysOfReplicas.Length && IsMac(_macKeysOfReplicas[replica.Value], message, mac);

    private static bool IsMac(byte[] key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        if (mac.Length != MacBytes) return false;
        Span<byte> expected = stackalloc byte[MacBytes];
        Sodium.GenericHash(expected, message, key);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    private bool Verify(byte[] publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != Sodium.SignatureBytes) return false;
        Span<byte> hash = stackalloc byte[HashBytes];
        Sodium.GenericHash(hash, message, _signatureKey);
        return Sodium.VerifyDetached(signature, hash, HashBytes, publicKey) == 0;
    }

    private byte[] MacKeyOfReplica(byte[] replica, int id) => TryMakeMacKey(replica, _self, replica, out byte[] key)
        ? key
        : throw new ArgumentException($"The public key of replica {id}, {new PublicKey(replica)}, is not a valid Ed25519 key. Correct it in cluster.json.", nameof(replica));

    /// <summary>Empty if there is none.</summary>
    private byte[] MacKeyOfClient(ClientId client) => (uint)client.Value < (uint)_macKeysOfClients.Length
        ? Volatile.Read(ref _macKeysOfClients[client.Value]) ?? MakeMacKeyOfClient(client.Value)
        : [];

    private byte[] MakeMacKeyOfClient(int id)
    {
        TryMakeMacKey(_clients[id], _clients[id], _self, out byte[] key);
        Volatile.Write(ref _macKeysOfClients[id], key);
        return key;
    }

    private bool TryMakeMacKey(byte[] other, byte[] client, byte[] replica, out byte[] key)
    {
        Span<byte> agreementKey = stackalloc byte[Sodium.KeyBytes];
        Span<byte> shared = stackalloc byte[Sodium.KeyBytes];
        key = [];
        if (Sodium.PublicKeyToX25519(agreementKey, other) != 0 || Sodium.ScalarMult(shared, _own.AgreementSecret, agreementKey) != 0) return false;
        key = GC.AllocateUninitializedArray<byte>(Sodium.KeyBytes, pinned: true);
        Sodium.GenericHash(key, [.. _macContext, .. client, .. replica], shared);
        CryptographicOperations.ZeroMemory(shared);
        return true;
    }

    private static byte[] ContextKey(string context, string clusterId)
    {
        byte[] key = new byte[Sodium.KeyBytes];
        Sodium.GenericHash(key, Encoding.UTF8.GetBytes($"{context}\0{clusterId}"), default);
        return key;
    }

    private static byte[] BytesOf(PublicKey key)
    {
        byte[] bytes = new byte[PublicKey.Size];
        key.CopyTo(bytes);
        return bytes;
    }
}
