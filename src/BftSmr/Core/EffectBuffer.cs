using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Core;

/// <summary>Collects the effects of steps, in order, until the host carries them out.</summary>
internal sealed class EffectBuffer
{
    private readonly List<Effect> _effects = [];

    public IReadOnlyList<Effect> Effects => _effects;

    public int Count => _effects.Count;

    public void Clear() => _effects.Clear();

    public void Add(Effect effect) => _effects.Add(effect);

    public void Send(ReplicaId to, PeerMessage message) => Add(new SendEffect(to, message));

    public void Broadcast(PeerMessage message) => Add(new BroadcastEffect(message));

    /// <summary>Sends again what may have been lost.</summary>
    public void Repeat(ReplicaId to, PeerMessage message) => Add(new SendEffect(to, message) { IsRepeat = true });

    /// <summary>Sends again to all other replicas what may have been lost.</summary>
    public void Repeat(PeerMessage message) => Add(new BroadcastEffect(message) { IsRepeat = true });

    public void Reject(ReplicaId source, RejectReason reason) => Add(new RejectEffect(source.ToString(), reason));

    public void Reject(ClientId source, RejectReason reason) => Add(new RejectEffect(source.ToString(), reason));
}
