using BftCloud.Primitives;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>Collects the effects of a client core's steps, in order, until the host carries them out.</summary>
internal sealed class ClientEffectBuffer
{
    private readonly List<ClientEffect> _effects = [];

    public IReadOnlyList<ClientEffect> Effects => _effects;

    public int Count => _effects.Count;

    public ClientEffect this[int index] => _effects[index];

    public void Clear() => _effects.Clear();

    public void Add(ClientEffect effect) => _effects.Add(effect);

    public void Send(ReplicaId to, ClientMessage message) => Add(new SendToReplicaEffect(to, message));

    public void Complete(ClientOperation operation) => Add(new OperationCompletedEffect(operation));
}
