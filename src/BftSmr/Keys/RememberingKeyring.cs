using BftCloud.Primitives;

namespace BftSmr.Keys;

/// <summary>
/// A keyring that remembers which signatures were right. The same certificate comes in the STOPDATA of many replicas,
/// and in each copy of a SYNC. A signed request comes from its client, by way of followers, and in a proposal. To check
/// a signature costs a hundred times what its hash does. Only right ones are remembered: a wrong one takes no place.
/// Those of replicas and those of clients have places of their own, so a flood of requests takes none of a
/// certificate's. Not thread-safe.
/// Invariant: no more of each are remembered than <see cref="RememberedMax"/>, and each once.
/// </summary>
internal sealed class RememberingKeyring(IKeyring keyring) : IKeyring
{
    /// <summary>Signatures of each kind that are remembered; one more takes the place of the oldest.</summary>
    public const int RememberedMax = 8192;

    private const int SignatureBytes = 64;
    private const int MessageBytesMax = 64;

    private readonly Memory _ofReplicas = new();
    private readonly Memory _ofClients = new();

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => keyring.Sign(message, signature);

    public bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Digest statement = Statement((uint)signer.Value, message, signature);
        if (_ofReplicas.Contains(statement)) return true;
        if (!keyring.VerifyReplica(signer, message, signature)) return false;
        _ofReplicas.Add(statement);
        return true;
    }

    public bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Digest statement = Statement((uint)signer.Value, message, signature);
        if (_ofClients.Contains(statement)) return true;
        if (!keyring.VerifyClient(signer, message, signature)) return false;
        _ofClients.Add(statement);
        return true;
    }

    public void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac) =>
        keyring.MacForReplica(replica, message, mac);

    public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        keyring.VerifyMacFromClient(client, message, mac);

    public void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac) =>
        keyring.MacForClient(client, message, mac);

    public bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        keyring.VerifyMacFromReplica(replica, message, mac);

    /// <summary>Signer, message or its hash, signature: all three are what was checked.</summary>
    private static Digest Statement(uint signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes) return default;
        Span<byte> statement = stackalloc byte[5 + SignatureBytes + MessageBytesMax];
        BitConverter.TryWriteBytes(statement, signer);
        signature.CopyTo(statement[5..]);
        Span<byte> room = statement[(5 + SignatureBytes)..];
        if (message.Length <= MessageBytesMax)
        {
            statement[4] = (byte)message.Length;
            message.CopyTo(room);
            return Blake2b.Hash(statement[..(5 + SignatureBytes + message.Length)]);
        }
        statement[4] = byte.MaxValue;
        Blake2b.Hash(message).CopyTo(room);
        return Blake2b.Hash(statement[..(5 + SignatureBytes + Digest.Size)]);
    }

    /// <summary>What was right, up to a number.</summary>
    private sealed class Memory
    {
        private readonly HashSet<Digest> _right = [];
        private readonly Queue<Digest> _oldestFirst = new();

        public bool Contains(Digest statement) => _right.Contains(statement);

        public void Add(Digest statement)
        {
            if (_right.Count == RememberedMax) _right.Remove(_oldestFirst.Dequeue());
            _right.Add(statement);
            _oldestFirst.Enqueue(statement);
            Invariant.Holds(
                _right.Count == _oldestFirst.Count && _right.Count <= RememberedMax,
                "a bounded number of signatures is remembered, each once");
        }
    }
}
