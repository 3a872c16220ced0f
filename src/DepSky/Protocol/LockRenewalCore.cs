using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// Stores a lock file with a later end for a lock that is held. The epoch stays. Done when n-f clouds have acknowledged
/// it.
/// </summary>
internal sealed class LockRenewalCore(
    UnitLayout layout, CloudQuorums quorums, KeyPair writer, LockRecord renewed, long callTimeoutMicros)
    : ProtocolCore(callTimeoutMicros)
{
    protected override void OnStart() =>
        Begin(new RecordWrite(Exchange, quorums, "the lock", renewed.Name(layout), [renewed.Encode(layout, writer)]));

    protected override void OnDone(SubMachine machine) => Finish(machine.Failure);
}
