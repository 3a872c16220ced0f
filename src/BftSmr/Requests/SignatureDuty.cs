using BftCloud.Primitives;
using BftSmr.Core;

namespace BftSmr.Requests;

/// <summary>
/// Which clients have to sign, in mode <c>mac</c>, since most replicas could not authenticate a request of theirs. The
/// first incident costs its client the mode for a minute. Each further one within a minute costs all clients the mode
/// for a while: ten seconds, then twice as long each time, up to 320 s. So k clients whose MACs are right for the
/// leader alone cost as many changes of leader as the time has doublings, and not one each. The while is short again
/// after it has passed as often without an incident.
/// Invariant: two incidents within a minute are followed by a time in which nothing unsigned is proposed.
/// </summary>
internal sealed class SignatureDuty(ReplicaContext context)
{
    private const long OfClientMicros = 60_000_000;
    private const long OfAllMicros = 10_000_000;
    private const int DoublingsMax = 5;

    private readonly Dictionary<ClientId, long> _untilOfClient = [];
    private long _untilOfAll = long.MinValue / 2;
    private long? _lastIncident;
    private int _doublings;

    private long Now => context.Now.MonotonicMicros;

    /// <summary>Every client has to sign.</summary>
    public bool IsOfAll => Now < _untilOfAll;

    /// <summary>Whether what this client does not sign is refused.</summary>
    public bool IsOf(ClientId client) => IsOfAll || IsNamed(client);

    /// <summary>Most replicas could not authenticate a request of this very client, less than a minute ago.</summary>
    public bool IsNamed(ClientId client) =>
        _untilOfClient.Count > 0 && _untilOfClient.GetValueOrDefault(client, long.MinValue) > Now;

    /// <summary>
    /// f+1 replicas could not authenticate what these clients have in one proposal: an incident, but for clients that
    /// have to sign already. What they did not sign arrived before that was known.
    /// </summary>
    /// <returns>Whether it is an incident: what is unsigned has to go.</returns>
    public bool Begin(IReadOnlyList<ClientId> clients)
    {
        if (clients.All(IsOf)) return false;
        foreach (ClientId client in clients) _untilOfClient[client] = Now + OfClientMicros;
        bool isCalm = Now - _untilOfAll > OfAllMicros << _doublings;
        if (isCalm) _doublings = 0;
        if (_doublings > 0 || Now - _lastIncident <= OfClientMicros) BeginOfAll();
        _lastIncident = Now;
        return true;
    }

    private void BeginOfAll()
    {
        _untilOfAll = Now + (OfAllMicros << _doublings);
        _doublings = Math.Min(_doublings + 1, DoublingsMax);
        Invariant.Holds(IsOfAll, "two incidents within a minute are followed by a time in which all have to sign");
    }
}
