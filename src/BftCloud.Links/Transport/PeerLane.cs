using BftCloud.Primitives;

namespace BftCloud.Links;

/// <summary>What the links of one purpose have in common.</summary>
/// <param name="Sink">Hears of them and of their frames.</param>
/// <param name="Options">Their bounds and periods.</param>
/// <param name="Counters">What they did.</param>
internal sealed record PeerLane(ILinkSink<ReplicaId> Sink, LinkOptions Options, LinkCounters Counters);
