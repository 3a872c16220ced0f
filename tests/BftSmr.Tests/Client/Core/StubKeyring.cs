using BftSmr.Cryptography;

namespace BftSmr.Tests.Client.Core;

/// <summary>A client core only makes signatures and MACs; here they are recognisable constants.</summary>
internal sealed class StubKeyring : IKeyring
{
    public int Signatures { get; private set; }

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Signatures++;
        signature.Fill(0x5A);
    }

    public void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac) => mac.Fill((byte)replica.Value);

    public bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => throw new NotSupportedException();

    public bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => throw new NotSupportedException();

    public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) => throw new NotSupportedException();
}
