using BftCloud.Primitives;
using BftSmr.Keys;

namespace BftSmr.Tests.Keys;

public sealed class RememberingKeyringTests : IDisposable
{
    private static readonly ReplicaId Signer = new(2), Another = new(3);

    private readonly TestKeys _keys = new(replicas: 4, clients: 1);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void What_was_right_is_right_without_a_check_and_what_differs_in_anything_is_checked()
    {
        CountingKeyring counting = new(_keys.Replica(1));
        RememberingKeyring keyring = new(counting);
        byte[] message = [1, 2, 3], signature = new byte[64];
        _keys.Replica(2).Sign(message, signature);
        for (int i = 0; i < 5; i++) Assert.True(keyring.VerifyReplica(Signer, message, signature));
        Assert.Equal(1, counting.Checks);

        byte[] wrong = [.. signature];
        wrong[63] ^= 1;
        for (int i = 0; i < 2; i++) Assert.False(keyring.VerifyReplica(Signer, message, wrong));
        Assert.False(keyring.VerifyReplica(Another, message, signature));
        Assert.False(keyring.VerifyReplica(Signer, [1, 2, 4], signature));
        Assert.False(keyring.VerifyReplica(Signer, message, signature.AsSpan(0, 63)));
        Assert.Equal(6, counting.Checks);
        Assert.True(keyring.VerifyReplica(Signer, message, signature));
        Assert.Equal(6, counting.Checks);
    }

    [Fact]
    public void So_many_are_remembered_and_the_oldest_is_checked_again()
    {
        CountingKeyring counting = new(new TrustingKeyring());
        RememberingKeyring keyring = new(counting);
        byte[] signature = new byte[64];
        for (int i = 0; i <= RememberingKeyring.RememberedMax; i++)
            Assert.True(keyring.VerifyReplica(Signer, BitConverter.GetBytes(i), signature));
        int checks = counting.Checks;
        Assert.True(keyring.VerifyReplica(Signer, BitConverter.GetBytes(1), signature));
        Assert.Equal(checks, counting.Checks);
        Assert.True(keyring.VerifyReplica(Signer, BitConverter.GetBytes(0), signature));
        Assert.Equal(checks + 1, counting.Checks);
    }

    [Fact]
    public void Signatures_of_clients_are_remembered_too_and_take_no_place_of_those_of_replicas()
    {
        CountingKeyring counting = new(new TrustingKeyring());
        RememberingKeyring keyring = new(counting);
        byte[] signature = new byte[64], large = new byte[200];
        Assert.True(keyring.VerifyReplica(Signer, [1], signature));
        for (int i = 0; i < 2; i++)
        {
            Assert.True(keyring.VerifyClient(new ClientId(2), [1], signature));
            Assert.True(keyring.VerifyClient(new ClientId(3), [1], signature));
            Assert.True(keyring.VerifyClient(new ClientId(3), [1, 0], signature));
            Assert.True(keyring.VerifyClient(new ClientId(3), large, signature));
            Assert.True(keyring.VerifyClient(new ClientId(3), large.AsSpan(1), signature));
        }
        Assert.Equal(5, counting.ClientChecks);
        for (int i = 0; i < 2 * RememberingKeyring.RememberedMax; i++)
            keyring.VerifyClient(new ClientId(2), BitConverter.GetBytes(i), signature);
        Assert.True(keyring.VerifyReplica(Signer, [1], signature));
        Assert.Equal(1, counting.Checks);
    }

    /// <summary>Takes every signature for right.</summary>
    private class TrustingKeyring : IKeyring
    {
        public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => signature.Clear();

        public virtual bool VerifyReplica(
            ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => true;

        public virtual bool VerifyClient(
            ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => true;

        public void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac) => mac.Clear();

        public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) => true;

        public void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac) => mac.Clear();

        public bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) => true;
    }

    private sealed class CountingKeyring(IKeyring inner) : TrustingKeyring
    {
        public int Checks { get; private set; }
        public int ClientChecks { get; private set; }

        public override bool VerifyReplica(
            ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            Checks++;
            return inner.VerifyReplica(signer, message, signature);
        }

        public override bool VerifyClient(
            ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            ClientChecks++;
            return inner.VerifyClient(signer, message, signature);
        }
    }
}
