using BftCloud.Primitives;

namespace BftSmr.Sessions;

/// <summary>
/// Which records of sessions and clients changed since the last checkpoint: a function of the requests executed since.
/// </summary>
internal sealed class TouchedSessions
{
    private readonly HashSet<(int Client, ulong Nonce)> _sessions = [];
    private readonly HashSet<int> _clients = [];

    /// <summary>A session changed, or is gone.</summary>
    public void Note(ClientId client, ulong nonce) => _sessions.Add((client.Value, nonce));

    /// <summary>The floor of a client rose.</summary>
    public void Note(ClientId client) => _clients.Add(client.Value);

    /// <summary>All of them, in order; from now on none is touched.</summary>
    public (ClientId[] Clients, (ClientId Client, ulong Nonce)[] Sessions) Take()
    {
        (ClientId[], (ClientId, ulong)[]) taken = (
            [.. _clients.Order().Select(static client => new ClientId(client))],
            [.. _sessions.Order().Select(static session => (new ClientId(session.Client), session.Nonce))]);
        _clients.Clear();
        _sessions.Clear();
        return taken;
    }
}
