using BftCloud.Primitives;

namespace BftSmr.Keys;

/// <summary>
/// What a node can do with its own secret key and the public keys of its cluster. Everything signed or authenticated is
/// bound to the cluster's id. Implemented over libsodium for real nodes and, cheaply, in the simulator.
/// </summary>
internal interface IKeyring
{
    /// <summary>Signs as this node; the signature has 64 bytes.</summary>
    void Sign(ReadOnlySpan<byte> message, Span<byte> signature);

    bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>As a client: the 16-byte MAC under the key shared with a replica.</summary>
    void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac);

    /// <summary>As a replica: checks the 16-byte MAC under the key shared with a client.</summary>
    bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac);

    /// <summary>
    /// As a replica: the 16-byte MAC under the key shared with a client; zeros if the client's public key allows for
    /// none. Both ends use the same key: the message must show which of them made a MAC.
    /// </summary>
    void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac);

    /// <summary>As a client: checks the 16-byte MAC under the key shared with a replica.</summary>
    bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac);
}
