using System.Buffers.Binary;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Keys;

namespace BftSmr.Simulation.Cryptography;

/// <summary>
/// Holds the secrets of all nodes and plays the part of public-key cryptography: a signature is a keyed hash that only
/// the oracle can check. It cannot be forged by construction, as a node is only ever given the
/// <see cref="OracleKeyring"/> that signs for itself.
/// </summary>
internal sealed class KeyOracle
{
    private const int KeyBytes = 32;
    private readonly byte[] _master = new byte[KeyBytes];
    private readonly Dictionary<(char Kind, int One, int Other), byte[]> _keys = [];

    public KeyOracle(SimulationRandom random)
    {
        for (int i = 0; i < KeyBytes; i += 8)
            BinaryPrimitives.WriteUInt64LittleEndian(_master.AsSpan(i), random.NextUInt64());
    }

    public IKeyring ForReplica(ReplicaId replica) => new OracleKeyring(this, replica, null);

    public IKeyring ForClient(ClientId client) => new OracleKeyring(this, null, client);

    internal void Sign(char kind, int node, ReadOnlySpan<byte> message, Span<byte> signature) =>
        Blake2b.Mac(Key(kind, node, 0), message, signature);

    internal bool Verify(char kind, int node, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 64) return false;
        Span<byte> expected = stackalloc byte[64];
        Sign(kind, node, message, expected);
        return expected.SequenceEqual(signature);
    }

    internal void Mac(ClientId client, ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac) =>
        Blake2b.Mac(Key('m', client.Value, replica.Value), message, mac);

    private byte[] Key(char kind, int one, int other)
    {
        if (_keys.TryGetValue((kind, one, other), out byte[]? key)) return key;
        key = new byte[KeyBytes];
        Span<byte> name = stackalloc byte[9];
        name[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(name[1..], one);
        BinaryPrimitives.WriteInt32LittleEndian(name[5..], other);
        Blake2b.Mac(_master, name, key);
        return _keys[(kind, one, other)] = key;
    }
}
