using BftCloud.Primitives;
using BftSmr.Keys;

namespace BftSmr.Bench;

/// <summary>The keys of four replicas and one client, the same in every run.</summary>
internal sealed class BenchKeys : IDisposable
{
    public const int Replicas = 4;

    private readonly KeyPair[] _pairs = [.. Enumerable.Range(0, Replicas + 1).Select(static i => Pair(i))];
    private readonly Keyring[] _keyrings;

    public BenchKeys()
    {
        PublicKey[] replicas = [.. _pairs[..Replicas].Select(static pair => pair.PublicKey)];
        PublicKey[] clients = [_pairs[Replicas].PublicKey];
        _keyrings = [.. _pairs.Select(pair => new Keyring("bench", pair, replicas, clients))];
    }

    public IKeyring Client => _keyrings[Replicas];

    public IKeyring Replica(int id) => _keyrings[id];

    public void Dispose()
    {
        foreach (KeyPair pair in _pairs) pair.Dispose();
    }

    private static KeyPair Pair(int number)
    {
        byte[] seed = new byte[32];
        seed[0] = (byte)(number + 1);
        return KeyPair.FromSeed(seed);
    }
}
