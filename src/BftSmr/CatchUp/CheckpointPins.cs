using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.CatchUp;

/// <summary>
/// The checkpoint that each peer is fetching from here, or was offered because it lacks what leads to it. Its runs stay
/// until the peer is ahead of it, or has not asked for any in a while; and the peer is offered that one again, not a
/// newer one. So a fetch ends, however often a newer checkpoint becomes stable meanwhile. Invariant: each peer holds
/// one checkpoint at most.
/// </summary>
internal sealed class CheckpointPins(ReplicaContext context)
{
    /// <summary>A peer that asked for nothing in so many status periods fetches no more: half a minute.</summary>
    private const int IdlePeriods = 300;

    private readonly Pin?[] _pins = new Pin?[context.Quorums.Replicas];

    /// <summary>The instances whose checkpoints stay.</summary>
    public IReadOnlyList<Instance> Held =>
        [.. _pins.OfType<Pin>().Where(IsLive).Select(static p => p.Offer.Certificate.Instance).Distinct()];

    /// <summary>A peer is offered this checkpoint to fetch.</summary>
    public void NoteOffered(ReplicaId peer, CheckpointOffer offer) =>
        _pins[peer.Value] = new Pin(offer, context.Now.MonotonicMicros);

    /// <summary>A peer asks for a piece: of the checkpoint that it is fetching, as far as is known here.</summary>
    public void NoteAsked(ReplicaId peer)
    {
        if (Of(peer) is { } offer) NoteOffered(peer, offer);
    }

    /// <summary>A peer says how far it has executed.</summary>
    public void NoteExecuted(ReplicaId peer, Instance executed)
    {
        if (_pins[peer.Value] is { } pin && executed >= pin.Offer.Certificate.Instance) _pins[peer.Value] = null;
    }

    /// <summary>The checkpoint that a peer is fetching; null if it fetches none.</summary>
    public CheckpointOffer? Of(ReplicaId peer) => _pins[peer.Value] is { } pin && IsLive(pin) ? pin.Offer : null;

    private bool IsLive(Pin pin) =>
        context.Now.MonotonicMicros - pin.AskedMicros <= IdlePeriods * context.Settings.StatusPeriodMicros;

    private sealed record Pin(CheckpointOffer Offer, long AskedMicros);
}
