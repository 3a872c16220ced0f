using System.Security.Cryptography;
using System.Text;
using BftCloud.Primitives;

namespace BftSmr.Keys;

/// <summary>
/// A real node's keys. Safe for any number of threads; allocates nothing per call.
/// <para>Signatures: Ed25519 over the 64-byte BLAKE2b of the message, keyed by a hash of the cluster's id.</para>
/// <para>
/// MACs between a client and a replica: 16-byte BLAKE2b of the message. Its key is the BLAKE2b of (a context, the
/// cluster's id, the client's and the replica's public key), keyed by the static X25519 secret that the two share.
/// These keys stay in guarded memory, which is zeroed on disposal, or when the keyring is collected.
/// </para>
/// </summary>
internal sealed class Keyring : IKeyring, IDisposable
{
    public const int MacBytes = 16;

    private const int HashBytes = 64;

    // States of a client's MAC key. It cannot be made if the client's public key is not valid.
    private const byte NotMade = 0, Made = 1, Impossible = 2;

    private readonly KeyPair _own;
    private readonly byte[] _signatureKey;
    private readonly byte[] _macContext;
    private readonly PublicKey[] _replicas;
    private readonly PublicKey[] _clients;

    // By replica if this node is a client, by client if it is a replica; empty otherwise. There can be many clients:
    // their keys are made when first needed. Threads that do so at the same time make the same.
    private readonly GuardedKeys _macKeysOfReplicas;
    private readonly GuardedKeys _macKeysOfClients;
    private readonly byte[] _clientStates;
    private readonly bool _isClient;

    /// <summary>
    /// The keyring of the node that holds <paramref name="own"/>, which stays the caller's to dispose.
    /// </summary>
    /// <exception cref="ArgumentException">A public key is not valid, or the own one is neither a replica's nor a
    /// client's.</exception>
    public Keyring(string clusterId, KeyPair own, IReadOnlyList<PublicKey> replicas, IReadOnlyList<PublicKey> clients)
    {
        _own = own;
        _signatureKey = ContextKey("bftsmr signature 1", clusterId);
        _macContext = ContextKey("bftsmr client mac 1", clusterId);
        _replicas = [.. replicas];
        _clients = [.. clients];
        bool isReplica = _replicas.Contains(own.PublicKey);
        _isClient = _clients.Contains(own.PublicKey);
        if (!isReplica && !_isClient)
            throw new ArgumentException(
                $"The own key, {own.PublicKey}, is neither a replica's nor a client's in cluster.json: "
                + "use the key file made for this node.",
                nameof(own));
        _macKeysOfReplicas = new GuardedKeys(_isClient ? _replicas.Length : 0);
        _macKeysOfClients = new GuardedKeys(isReplica ? _clients.Length : 0);
        _clientStates = new byte[isReplica ? _clients.Length : 0];
        if (_isClient) MakeMacKeysOfReplicas();
    }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        Blake2b.Mac(_signatureKey, message, hash);
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
        if (!HasMacKey(replica))
            throw new InvalidOperationException(
                $"There is no MAC key for {replica}: it is not in the cluster, or this node's key is not a client's.");
        if (mac.Length != MacBytes) throw new ArgumentException($"A MAC has {MacBytes} bytes.", nameof(mac));
        _macKeysOfReplicas.Mac(replica.Value, message, mac);
    }

    public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        HasMacKey(client) && IsMac(_macKeysOfClients, client.Value, message, mac);

    public void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        if (mac.Length != MacBytes) throw new ArgumentException($"A MAC has {MacBytes} bytes.", nameof(mac));
        if (HasMacKey(client)) _macKeysOfClients.Mac(client.Value, message, mac);
        else mac.Clear();
    }

    public bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        HasMacKey(replica) && IsMac(_macKeysOfReplicas, replica.Value, message, mac);

    /// <summary>Zeroes the MAC keys.</summary>
    public void Dispose()
    {
        _macKeysOfReplicas.Dispose();
        _macKeysOfClients.Dispose();
    }

    private static bool IsMac(GuardedKeys keys, int index, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        if (mac.Length != MacBytes) return false;
        Span<byte> expected = stackalloc byte[MacBytes];
        keys.Mac(index, message, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    private bool Verify(PublicKey publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != KeyPair.SignatureSize) return false;
        Span<byte> hash = stackalloc byte[HashBytes];
        Blake2b.Mac(_signatureKey, message, hash);
        return publicKey.Verify(hash, signature);
    }

    private bool HasMacKey(ReplicaId replica) => _isClient && (uint)replica.Value < (uint)_replicas.Length;

    private bool HasMacKey(ClientId client)
    {
        if ((uint)client.Value >= (uint)_clientStates.Length) return false;
        byte state = Volatile.Read(ref _clientStates[client.Value]);
        if (state == NotMade)
        {
            PublicKey key = _clients[client.Value];
            state = TryMakeMacKey(_macKeysOfClients, client.Value, key, key, _own.PublicKey) ? Made : Impossible;
            Volatile.Write(ref _clientStates[client.Value], state);
        }
        return state == Made;
    }

    private void MakeMacKeysOfReplicas()
    {
        for (int id = 0; id < _replicas.Length; id++)
        {
            if (!TryMakeMacKey(_macKeysOfReplicas, id, _replicas[id], _own.PublicKey, _replicas[id]))
                throw new ArgumentException(
                    $"The public key of replica {id}, {_replicas[id]}, is not a valid Ed25519 key. Correct it in "
                    + "cluster.json.");
        }
    }

    private bool TryMakeMacKey(GuardedKeys keys, int index, PublicKey other, PublicKey client, PublicKey replica)
    {
        Span<byte> agreementKey = stackalloc byte[AgreementKey.Size], shared = stackalloc byte[AgreementKey.Size];
        if (!other.TryToX25519(agreementKey) || !_own.Agreement.TryAgree(agreementKey, shared)) return false;
        Span<byte> parties = stackalloc byte[GuardedKeys.KeySize + 2 * PublicKey.Size];
        Span<byte> key = stackalloc byte[GuardedKeys.KeySize];
        _macContext.CopyTo(parties);
        client.CopyTo(parties[_macContext.Length..]);
        replica.CopyTo(parties[(_macContext.Length + PublicKey.Size)..]);
        Blake2b.Mac(shared, parties, key);
        keys.Set(index, key);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(key);
        return true;
    }

    private static byte[] ContextKey(string context, string clusterId)
    {
        byte[] key = new byte[Digest.Size];
        Blake2b.Hash(Encoding.UTF8.GetBytes($"{context}\0{clusterId}")).CopyTo(key);
        return key;
    }
}
