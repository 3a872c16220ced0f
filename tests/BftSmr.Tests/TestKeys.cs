using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Keys;

namespace BftSmr.Tests;

/// <summary>Real keys of a small cluster, the same in every run.</summary>
internal sealed class TestKeys : IDisposable
{
    private readonly KeyPair[] _replicaPairs, _clientPairs;
    private readonly Keyring[] _replicas, _clients;

    public TestKeys(int replicas, int clients, string clusterId = "test")
    {
        _replicaPairs = [.. Enumerable.Range(0, replicas).Select(static i => Pair(i))];
        _clientPairs = [.. Enumerable.Range(0, clients).Select(static i => Pair(1000 + i))];
        PublicKey[] replicaKeys = [.. _replicaPairs.Select(static p => p.PublicKey)];
        PublicKey[] clientKeys = [.. _clientPairs.Select(static p => p.PublicKey)];
        _replicas = [.. _replicaPairs.Select(p => new Keyring(clusterId, p, replicaKeys, clientKeys))];
        _clients = [.. _clientPairs.Select(p => new Keyring(clusterId, p, replicaKeys, clientKeys))];
    }

    public IKeyring Replica(int id) => _replicas[id];

    public IKeyring Client(int id) => _clients[id];

    public void Dispose()
    {
        foreach (Keyring keyring in _replicas.Concat(_clients)) keyring.Dispose();
        foreach (KeyPair pair in _replicaPairs) pair.Dispose();
        foreach (KeyPair pair in _clientPairs) pair.Dispose();
    }

    private static KeyPair Pair(int number)
    {
        Span<byte> seed = stackalloc byte[32];
        BinaryPrimitives.WriteInt32BigEndian(seed, number + 1);
        return KeyPair.FromSeed(seed);
    }
}
