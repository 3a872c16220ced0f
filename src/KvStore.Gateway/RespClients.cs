using System.Collections.Concurrent;

namespace KvStore.Gateway;

/// <summary>The connections of a gateway, by number.</summary>
internal sealed class RespClients
{
    private readonly ConcurrentDictionary<long, RespClient> _byId = new();

    /// <summary>How many there are.</summary>
    public int Count => _byId.Count;

    /// <summary>All of them, the oldest first.</summary>
    public IReadOnlyList<RespClient> All => [.. _byId.Values.OrderBy(static client => client.Id)];

    public void Add(RespClient client) => _byId[client.Id] = client;

    public void Remove(RespClient client) => _byId.TryRemove(client.Id, out _);

    /// <summary>The connection of that number. Null if there is none.</summary>
    public RespClient? Find(long id) => _byId.GetValueOrDefault(id);

    /// <summary>Ends a connection. False if it has ended already.</summary>
    public bool TryKill(RespClient client)
    {
        if (!_byId.TryRemove(client.Id, out _)) return false;
        client.Kill();
        return true;
    }
}
