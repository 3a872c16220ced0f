using BftCloud.Primitives;
using BftSmr.Keys;

namespace BftSmr.Tests.Client.Core;

/// <summary>What a client core needs of its keys; signatures and MACs are recognisable constants.</summary>
internal sealed class StubKeyring : IKeyring
{
    public int Signatures { get; private set; }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Signatures++;
        signature.Fill(0x5A);
    }

    public void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac) =>
        mac.Fill((byte)replica.Value);

    public bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        mac.SequenceEqual(VoucherOf(replica.Value, message));

    /// <summary>The MAC of a replica over its reply share: its id, and a hash of the statement.</summary>
    public static byte[] VoucherOf(int replica, ReadOnlySpan<byte> statement)
    {
        byte[] mac = new byte[16];
        Blake2b.Mac("stub keyring key"u8, statement, mac);
        mac[0] = (byte)replica;
        return mac;
    }

    public void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac) =>
        throw new NotSupportedException();

    public bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        throw new NotSupportedException();

    public bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        throw new NotSupportedException();

    public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        throw new NotSupportedException();
}
