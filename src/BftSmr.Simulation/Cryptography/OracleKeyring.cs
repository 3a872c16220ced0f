using BftCloud.Primitives;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Simulation.Cryptography;

/// <summary>What one simulated node can do with its own secret: sign as itself, and check all others.</summary>
internal sealed class OracleKeyring(KeyOracle oracle, ReplicaId? replica, ClientId? client) : IKeyring
{
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (replica is { } r) oracle.Sign('r', r.Value, message, signature);
        else oracle.Sign('c', client!.Value.Value, message, signature);
    }

    public bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        oracle.Verify('r', signer.Value, message, signature);

    public bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        oracle.Verify('c', signer.Value, message, signature);

    public void MacForReplica(ReplicaId to, ReadOnlySpan<byte> message, Span<byte> mac) =>
        oracle.Mac(client ?? throw new InvalidOperationException("Only clients make request MACs."), to, message, mac);

    public bool VerifyMacFromClient(ClientId from, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        IsMac(from, replica ?? throw new InvalidOperationException("Only replicas check request MACs."), message, mac);

    public void MacForClient(ClientId to, ReadOnlySpan<byte> message, Span<byte> mac) =>
        oracle.Mac(
            to, replica ?? throw new InvalidOperationException("Only replicas give reply shares."), message, mac);

    public bool VerifyMacFromReplica(ReplicaId from, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac) =>
        IsMac(client ?? throw new InvalidOperationException("Only clients check reply shares."), from, message, mac);

    private bool IsMac(ClientId one, ReplicaId other, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        if (mac.Length != Request.MacBytes) return false;
        Span<byte> expected = stackalloc byte[Request.MacBytes];
        oracle.Mac(one, other, message, expected);
        return expected.SequenceEqual(mac);
    }
}
