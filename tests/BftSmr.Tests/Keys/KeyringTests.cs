using BftCloud.Primitives;
using BftSmr.Keys;

namespace BftSmr.Tests.Keys;

public sealed class KeyringTests : IDisposable
{
    private readonly KeyPair[] _replicas = [.. Enumerable.Range(0, 4).Select(static _ => KeyPair.Generate())];
    private readonly KeyPair[] _clients = [.. Enumerable.Range(0, 2).Select(static _ => KeyPair.Generate())];

    public void Dispose()
    {
        foreach (KeyPair pair in _replicas.Concat(_clients)) pair.Dispose();
    }

    [Fact]
    public void A_signature_holds_for_its_signer_and_message_only()
    {
        byte[] signature = new byte[64];
        KeyringOf(_replicas[1]).Sign("message"u8, signature);
        Keyring other = KeyringOf(_replicas[2]);
        Assert.True(other.VerifyReplica(new ReplicaId(1), "message"u8, signature));
        Assert.False(other.VerifyReplica(new ReplicaId(0), "message"u8, signature));
        Assert.False(other.VerifyReplica(new ReplicaId(1), "massage"u8, signature));
        Assert.False(other.VerifyReplica(new ReplicaId(4), "message"u8, signature));
        Assert.False(other.VerifyReplica(new ReplicaId(-1), "message"u8, signature));
        Assert.False(other.VerifyReplica(new ReplicaId(1), "message"u8, signature.AsSpan(1)));
        Assert.False(other.VerifyClient(new ClientId(1), "message"u8, signature));
    }

    [Fact]
    public void A_clients_signature_is_known_to_every_replica()
    {
        byte[] signature = new byte[64];
        KeyringOf(_clients[1]).Sign("message"u8, signature);
        Assert.All(
            _replicas,
            replica => Assert.True(KeyringOf(replica).VerifyClient(new ClientId(1), "message"u8, signature)));
        Assert.False(KeyringOf(_replicas[0]).VerifyClient(new ClientId(2), "message"u8, signature));
    }

    [Fact]
    public void No_bit_of_a_signature_can_be_changed()
    {
        byte[] signature = new byte[64];
        KeyringOf(_replicas[1]).Sign("message"u8, signature);
        Keyring other = KeyringOf(_replicas[2]);
        for (int bit = 0; bit < 512; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(other.VerifyReplica(new ReplicaId(1), "message"u8, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_mac_holds_between_its_client_and_its_replica_only()
    {
        byte[] mac = new byte[16];
        KeyringOf(_clients[1]).MacForReplica(new ReplicaId(3), "message"u8, mac);
        Keyring replica = KeyringOf(_replicas[3]);
        Assert.True(replica.VerifyMacFromClient(new ClientId(1), "message"u8, mac));
        Assert.False(replica.VerifyMacFromClient(new ClientId(0), "message"u8, mac));
        Assert.False(replica.VerifyMacFromClient(new ClientId(2), "message"u8, mac));
        Assert.False(replica.VerifyMacFromClient(new ClientId(1), "massage"u8, mac));
        Assert.False(replica.VerifyMacFromClient(new ClientId(1), "message"u8, mac.AsSpan(1)));
        Assert.False(KeyringOf(_replicas[2]).VerifyMacFromClient(new ClientId(1), "message"u8, mac));
    }

    [Fact]
    public void A_replicas_mac_holds_for_its_client_only()
    {
        byte[] mac = new byte[16];
        KeyringOf(_replicas[3]).MacForClient(new ClientId(1), "message"u8, mac);
        Keyring client = KeyringOf(_clients[1]);
        Assert.True(client.VerifyMacFromReplica(new ReplicaId(3), "message"u8, mac));
        Assert.False(client.VerifyMacFromReplica(new ReplicaId(2), "message"u8, mac));
        Assert.False(client.VerifyMacFromReplica(new ReplicaId(4), "message"u8, mac));
        Assert.False(client.VerifyMacFromReplica(new ReplicaId(3), "massage"u8, mac));
        Assert.False(client.VerifyMacFromReplica(new ReplicaId(3), "message"u8, mac.AsSpan(1)));
        Assert.False(KeyringOf(_clients[0]).VerifyMacFromReplica(new ReplicaId(3), "message"u8, mac));
    }

    [Fact]
    public void For_a_client_that_is_not_known_there_is_no_mac_but_zeros()
    {
        byte[] mac = [.. Enumerable.Repeat((byte)1, 16)];
        KeyringOf(_replicas[3]).MacForClient(new ClientId(2), "message"u8, mac);
        Assert.Equal(new byte[16], mac);
    }

    [Fact]
    public void Nothing_holds_in_another_cluster()
    {
        byte[] signature = new byte[64];
        byte[] mac = new byte[16];
        Keyring client = KeyringOf(_clients[0]);
        client.Sign("message"u8, signature);
        client.MacForReplica(new ReplicaId(0), "message"u8, mac);
        Keyring elsewhere = KeyringOf(_replicas[0], "another cluster");
        Assert.False(elsewhere.VerifyClient(new ClientId(0), "message"u8, signature));
        Assert.False(elsewhere.VerifyMacFromClient(new ClientId(0), "message"u8, mac));
    }

    [Fact]
    public void A_client_whose_public_key_is_no_point_of_the_curve_is_never_believed()
    {
        byte[] noPoint = new byte[PublicKey.Size];
        noPoint[0] = 2;
        Keyring replica = new(
            "cluster", _replicas[0], [.. _replicas.Select(static pair => pair.PublicKey)], [new PublicKey(noPoint)]);
        Assert.False(replica.VerifyMacFromClient(new ClientId(0), "message"u8, new byte[16]));
        Assert.False(replica.VerifyClient(new ClientId(0), "message"u8, new byte[64]));
    }

    [Fact]
    public void A_key_that_is_nobodys_is_refused()
    {
        using KeyPair stranger = KeyPair.Generate();
        ArgumentException error = Assert.Throws<ArgumentException>(() => KeyringOf(stranger));
        Assert.Contains("key file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_allocated_per_call()
    {
        Keyring client = KeyringOf(_clients[0]);
        Keyring replica = KeyringOf(_replicas[0]);
        byte[] message = new byte[100];
        byte[] signature = new byte[64];
        byte[] mac = new byte[16];
        bool good = true;
        Everything();
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 100; i++) Everything();
        }));
        Assert.True(good);

        void Everything()
        {
            client.Sign(message, signature);
            good &= replica.VerifyClient(new ClientId(0), message, signature);
            client.MacForReplica(new ReplicaId(0), message, mac);
            good &= replica.VerifyMacFromClient(new ClientId(0), message, mac);
        }
    }

    [Fact]
    public void A_replica_has_keys_for_thousands_of_clients_in_a_few_pages()
    {
        const int Count = 4000;
        using KeyPair last = KeyPair.Generate();
        PublicKey[] clients =
            [.. Enumerable.Range(1, Count - 1).Select(static _ => PublicKeyOfClient()), last.PublicKey];
        PublicKey[] replicas = [.. _replicas.Select(static pair => pair.PublicKey)];
        using Keyring replica = new("cluster", _replicas[0], replicas, clients);
        using Keyring client = new("cluster", last, replicas, clients);
        byte[] mac = new byte[Keyring.MacBytes];
        int before = Mappings();
        for (int id = 0; id < Count; id++)
        {
            mac.AsSpan().Clear();
            replica.MacForClient(new ClientId(id), "message"u8, mac);
            Assert.NotEqual(new byte[Keyring.MacBytes], mac);
        }
        Assert.True(client.VerifyMacFromReplica(new ReplicaId(0), "message"u8, mac));
        // The kernel gives a process 65,530 mappings, and a guarded key of its own takes four. Other tests take some.
        Assert.InRange(Mappings() - before, int.MinValue, Count);
    }

    [Fact]
    public void A_disposed_keyring_makes_no_macs()
    {
        Keyring keyring = KeyringOf(_replicas[0]);
        keyring.Dispose();
        byte[] mac = new byte[Keyring.MacBytes];
        Assert.Throws<ObjectDisposedException>(() => keyring.MacForClient(new ClientId(0), "message"u8, mac));
    }

    private static PublicKey PublicKeyOfClient()
    {
        using KeyPair pair = KeyPair.Generate();
        return pair.PublicKey;
    }

    private static int Mappings() => OperatingSystem.IsLinux() ? File.ReadLines("/proc/self/maps").Count() : 0;

    private Keyring KeyringOf(KeyPair own, string clusterId = "cluster") =>
        new(
            clusterId, own, [.. _replicas.Select(static pair => pair.PublicKey)],
            [.. _clients.Select(static pair => pair.PublicKey)]);
}
