using BftCloud.Primitives;
using BftSmr.Keys;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Replicas;

/// <summary>
/// A keyring whose work counts: each signature and MAC, wherever the code under test makes or checks it.
/// </summary>
internal sealed class MeteredKeyring(IKeyring keyring, SimulatedProcessor processor) : IKeyring
{
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        processor.Charge(processor.Costs.SignatureNanos);
        keyring.Sign(message, signature);
    }

    public bool VerifyReplica(ReplicaId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        processor.Charge(processor.Costs.SignatureCheckNanos);
        return keyring.VerifyReplica(signer, message, signature);
    }

    public bool VerifyClient(ClientId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        processor.Charge(processor.Costs.SignatureCheckNanos);
        return keyring.VerifyClient(signer, message, signature);
    }

    public void MacForReplica(ReplicaId replica, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        processor.Charge(processor.Costs.MacNanos);
        keyring.MacForReplica(replica, message, mac);
    }

    public bool VerifyMacFromClient(ClientId client, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        processor.Charge(processor.Costs.MacNanos);
        return keyring.VerifyMacFromClient(client, message, mac);
    }

    public void MacForClient(ClientId client, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        processor.Charge(processor.Costs.MacNanos);
        keyring.MacForClient(client, message, mac);
    }

    public bool VerifyMacFromReplica(ReplicaId replica, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        processor.Charge(processor.Costs.MacNanos);
        return keyring.VerifyMacFromReplica(replica, message, mac);
    }
}
