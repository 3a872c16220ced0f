using BftCloud.Primitives;
using BftSmr.Instances;
using BftSmr.Keys;
using BftSmr.Ordering.ModSmart.Consensus;
using BftSmr.Settings;

namespace BftSmr.Ordering.ModSmart;

/// <summary>BftSmr's own ordering: 3f+1 plain replicas (docs/spec/ordering).</summary>
internal sealed class ModSmartProtocol : OrderingProtocol
{
    public static ModSmartProtocol Instance { get; } = new();

    public override string Name => "bftsmr";

    public override int ReplicasMin(int faulty) => Quorums.ByzantineReplicasMin(faulty);

    public override Quorums QuorumsOf(int replicas, int faulty) => Quorums.Byzantine(replicas, faulty);

    public override DecidedInstance CreateInstance(Instance number) => new InstanceState(number);

    public override IOrdering CreateOrdering(OrderingParts parts) => new ModSmartOrdering(parts);

    public override IMessageChecks CreateChecks(ReplicaSettings settings, IKeyring keyring) =>
        new ModSmartChecks(settings.Quorums, keyring);
}
