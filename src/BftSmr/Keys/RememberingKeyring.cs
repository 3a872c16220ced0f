using BftCloud.Primitives;

namespace BftSmr.Keys;

/// <summary>
/// A keyring that remembers which signatures of replicas were right. The same certificate comes in the STOPDATA of many
/// replicas, and in each copy of a SYNC; to check a signature costs a hundred times what its hash does. Only right ones
/// are remembered: a wrong one takes no place. Not thread-safe.
/// Invariant: no more are remembered than <see cref="RememberedMax"/>, and each once.
/// </summary>
internal sealed class RememberingKeyring(IKeyring keyring) : IKeyring
{
    /// <summary>Signatures that are remembered; one more takes the place of the oldest.</summary>
    public const int RememberedMax = 8192;

    private readonly HashSet<Digest> _right = [];
    private readonly Queue<Digest> _oldestFirst = new();

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => keyring.Sign(message, signature);

    public bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Digest statement = Statement(signer, message, signature);
        if (_right.Contains(statement)) return true;
        if (!keyring.VerifyReplica(signer, message, signature)) return false;
        if (_right.Count == RememberedMax) _right.Remove(_oldestFirst.Dequeue());
        _right.Add(statement);
        _oldestFirst.Enqueue(statement);
        Invariant.Holds(
            _right.Count == _oldestFirst.Count && _right.Count <= RememberedMax,
            "a bounded number of signatures is remembered, each once");
        return true;
    }

    public bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        keyring.VerifyClient(signer, message, signature);

    public void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac) =>
        keyring.MacForReplica(replica, message, mac);

    public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        keyring.VerifyMacFromClient(client, message, mac);

    public void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac) =>
        keyring.MacForClient(client, message, mac);

    public bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        keyring.VerifyMacFromReplica(replica, message, mac);

    /// <summary>Signer, hash of the message, signature: all three are what was checked.</summary>
    private static Digest Statement(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> statement = stackalloc byte[1 + Digest.Size + 64];
        if (signature.Length != 64) return default;
        statement[0] = (byte)signer.Value;
        Blake2b.Hash(message).CopyTo(statement[1..]);
        signature.CopyTo(statement[(1 + Digest.Size)..]);
        return Blake2b.Hash(statement);
    }
}
