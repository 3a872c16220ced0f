using BftCloud.Primitives;
using BftSmr;
using BftSmr.Codec;
using BftSmr.Ordering;

namespace Sequencer.Tests;

/// <summary>
/// A second ordering, for showing that the replica takes one: a fixed sequencer that is never replaced. It tolerates
/// crashes of the others, and its own for as long as they last; it tolerates no lies.
/// </summary>
internal sealed class SequencerProtocol : OrderingProtocol
{
    public static SequencerProtocol Instance { get; } = new();

    public override string Name => "sequencer";

    public override MessageFamily Family => SequencerMessages.Instance;

    public override int ReplicasMin(int faulty) => Quorums.TrustedCounterReplicasMin(faulty);

    public override Quorums QuorumsOf(int replicas, int faulty) => Quorums.TrustedCounter(replicas, faulty);

    public override IOrdering CreateOrdering(OrderingParts parts) => new SequencerOrdering(parts);
}
