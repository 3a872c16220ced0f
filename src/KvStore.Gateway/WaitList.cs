using System.Runtime.InteropServices;
using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.Gateway;

/// <summary>
/// The clients of a gateway whose commands wait, in the order in which they came, and the keys they wait for. Decides
/// which are served; does no I/O.
/// </summary>
internal sealed class WaitList(int operationBytesMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<BlockedClient> _clients = new();
    private readonly Dictionary<long, BlockedClient> _byConnection = [];
    private readonly Dictionary<byte[], List<BlockedKey>> _byKey = new(KeyComparer.Instance);
    private readonly List<BlockedKey> _asked = [];
    private int _places, _keys;
    private long _keyBytes, _entered, _askedUpTo;
    private volatile int _count, _blocked;
    private volatile bool _isDue;

    /// <summary>Clients that wait, and those whose keys are being looked at for the first time.</summary>
    public int Count => _count;

    /// <summary>Clients whose keys were looked at and had nothing for them.</summary>
    public int Blocked => _blocked;

    /// <summary>Whether the store has to be asked before the next poll.</summary>
    public bool IsDue => _isDue;

    /// <summary>
    /// Adds a client. False if too much is waited for. <paramref name="goesAtOnce"/>: no other client waits for its
    /// keys, so its command is under way from now on, and the caller sends it; otherwise it takes its turn behind them.
    /// </summary>
    public bool TryEnter(BlockedClient client, out bool goesAtOnce)
    {
        lock (_lock)
        {
            goesAtOnce = true;
            if (!TryAddKeys(client)) return false;
            foreach (BlockedKey key in client.Keys) goesAtOnce &= key.Clients == 1;
            client.Place = _clients.AddLast(client);
            client.Sequence = ++_entered;
            _byConnection[client.Connection] = client;
            _count++;
            if (goesAtOnce) client.State = BlockedState.UnderWay;
            else MarkDue(client.Keys);
            return true;
        }
    }

    /// <summary>
    /// Ends a client's wait. If its command is under way, that comes first: what it takes is the client's.
    /// </summary>
    public void End(BlockedClient client, BlockedOutcome outcome)
    {
        lock (_lock)
        {
            if (client.State == BlockedState.Waiting) Remove(client, outcome);
            else if (client.State == BlockedState.UnderWay) client.EndsWith = outcome;
        }
    }

    /// <summary>As <see cref="End"/>, for the client of a connection. False if it does not wait.</summary>
    public bool TryEnd(long connection, BlockedOutcome outcome)
    {
        lock (_lock)
        {
            if (!_byConnection.TryGetValue(connection, out BlockedClient? client)) return false;
            End(client, outcome);
            return true;
        }
    }

    /// <summary>The store is asked about this key at once, if a client waits for it.</summary>
    public void Touch(ReadOnlySpan<byte> key)
    {
        lock (_lock)
        {
            if (_byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out List<BlockedKey>? keys))
                MarkDue(keys);
        }
    }

    /// <summary>Ends the wait of those whose time is over. Tells when the next one's is.</summary>
    public long Expire(long now)
    {
        lock (_lock)
        {
            long next = long.MaxValue;
            for (LinkedListNode<BlockedClient>? node = _clients.First, after; node is not null; node = after)
            {
                after = node.Next;
                if (node.Value.State != BlockedState.Waiting || node.Value.IsNew) continue;
                if (node.Value.Deadline <= now) Remove(node.Value, default);
                else next = Math.Min(next, node.Value.Deadline);
            }
            return next;
        }
    }

    /// <summary>
    /// Writes the query that counts what keys hold: all, or those that are due. False if there is nothing to ask.
    /// </summary>
    public bool TryWriteQuery(bool all, ByteBuffer query)
    {
        lock (_lock)
        {
            _isDue = false;
            _askedUpTo = _entered;
            _asked.Clear();
            foreach (List<BlockedKey> keys in _byKey.Values)
            {
                foreach (BlockedKey key in keys)
                {
                    if (all || key.IsDue) _asked.Add(key);
                    key.IsDue = false;
                    key.Available = 0;
                    key.HoldsOther = false;
                }
            }
            query.Begin(Opcode.Pipeline, _asked.Count);
            foreach (BlockedKey key in _asked) query.Write(key.Count, key.Key);
            return _asked.Count > 0;
        }
    }

    /// <summary>Takes the reply to the query. Tells whether any key has elements.</summary>
    public bool TakeCounts(ReadOnlyMemory<byte> reply)
    {
        lock (_lock)
        {
            CanonicalReader reader = new(reply);
            bool found = false;
            reader.TryReadArray(out int counts);
            for (int i = 0; i < Math.Min(counts, _asked.Count); i++)
            {
                if (reader.TryReadInteger(out long available)) _asked[i].Available = available;
                else if (reader.TryReadError(out KvErrorCode error))
                    _asked[i].HoldsOther = error == KvErrorCode.WrongType;
                else break;
                found |= _asked[i].Available > 0;
            }
            return found;
        }
    }

    /// <summary>
    /// Writes the commands of the clients for which a key has an element, in the order in which they came. They are
    /// under way from now on. A new client ends where it meets a key of another type before.
    /// </summary>
    public void WriteTakes(ByteBuffer commands, List<BlockedClient> clients)
    {
        lock (_lock)
        {
            for (LinkedListNode<BlockedClient>? node = _clients.First, after; node is not null; node = after)
            {
                after = node.Next;
                BlockedClient client = node.Value;
                if (client.IsNew && client.Sequence > _askedUpTo) return; // it came later than the question
                BlockedKey? key = client.Keys.Find(key => key.Available > 0 || client.IsNew && key.HoldsOther);
                bool isUnderWay = client.State == BlockedState.UnderWay;
                if (!isUnderWay && !TryWriteTake(client, key, commands, clients)) return;
                if (key is null) continue;
                key.IsReserved |= isUnderWay;
                key.Available -= client.Command.TakesMax;
            }
        }
    }

    /// <summary>A client's command was executed: it ends, or waits on.</summary>
    public void Settle(BlockedClient client, ReadOnlyMemory<byte> reply)
    {
        lock (_lock)
        {
            CanonicalReader reader = new(reply);
            bool waitsOn = reader.TryReadNil()
                || !client.IsNew && !client.Command.HasDestination
                    && reader.TryReadError(out KvErrorCode error) && error == KvErrorCode.WrongType;
            if (!waitsOn) Remove(client, new BlockedOutcome(reply, null));
            else WaitOn(client);
        }
    }

    /// <summary>A client's command was not executed: it waits on.</summary>
    public void Return(BlockedClient client, bool isDue)
    {
        lock (_lock)
        {
            WaitOn(client);
            if (isDue) MarkDue(client.Keys);
        }
    }

    /// <summary>A client's command failed, and may have been executed.</summary>
    public void Fail(BlockedClient client, string error)
    {
        lock (_lock)
        {
            if (client.State == BlockedState.UnderWay) Remove(client, BlockedOutcome.OfError(error));
        }
    }

    /// <summary>The store did not tell what keys hold: all clients that wait end with an error, or the new ones.
    /// </summary>
    public void FailWaiting(string error, bool onlyNew)
    {
        lock (_lock)
        {
            foreach (BlockedClient client in _clients.ToArray())
            {
                if (client.State == BlockedState.Waiting && (client.IsNew || !onlyNew))
                    Remove(client, BlockedOutcome.OfError(error));
            }
        }
    }

    /// <summary>Has a client served, if there is a key for it. False if no more can be served now.</summary>
    private bool TryWriteTake(
        BlockedClient client, BlockedKey? key, ByteBuffer commands, List<BlockedClient> clients)
    {
        bool meetsOther = key is { HoldsOther: true };
        if (!meetsOther) NoteLookedAt(client);
        if (key is null) return true;
        if (meetsOther)
        {
            Remove(client, BlockedOutcome.OfError(RespErrors.Of(KvErrorCode.WrongType, client.Command.Name)));
            return true;
        }
        int before = commands.Length;
        client.Command.WriteTake(commands, [key.Key]);
        if (clients.Count == RespLimits.BatchCommandsMax
            || before > 0 && commands.Length > Math.Min(RespLimits.BatchBytesMax, operationBytesMax))
        {
            commands.Length = before;
            MarkDue(client.Keys); // the rest has its turn next
            return false;
        }
        client.State = BlockedState.UnderWay;
        clients.Add(client);
        return true;
    }

    private void WaitOn(BlockedClient client)
    {
        client.State = BlockedState.Waiting;
        NoteLookedAt(client);
        Release(client);
        if (client.EndsWith is { } outcome) Remove(client, outcome);
    }

    private void NoteLookedAt(BlockedClient client)
    {
        if (client.IsNew) _blocked++;
        client.IsNew = false;
    }

    /// <summary>What was left to a client whose command was under way, and which did not take it, is asked about again.
    /// </summary>
    private void Release(BlockedClient client)
    {
        foreach (BlockedKey key in client.Keys)
        {
            _isDue |= key.IsReserved;
            key.IsDue |= key.IsReserved;
            key.IsReserved = false;
        }
    }

    private void MarkDue(List<BlockedKey> keys)
    {
        foreach (BlockedKey key in keys) key.IsDue = true;
        _isDue = true;
    }

    private bool TryAddKeys(BlockedClient client)
    {
        byte[][] wanted = client.Command.Keys;
        for (int i = 0; i < wanted.Length; i++)
        {
            byte[] bytes = wanted[i];
            ref List<BlockedKey>? keys = ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, bytes, out _);
            keys ??= [];
            BlockedKey? key = keys.Find(key => key.Count == client.Command.Count);
            if (key is null)
            {
                keys.Add(key = new BlockedKey(bytes, client.Command.Count));
                _keys++;
                _keyBytes += bytes.Length + RespLimits.BlockedKeyOverheadBytes;
            }
            wanted[i] = key.Key; // the same bytes are kept once, however many wait for them
            if (key.Newest == client) continue;
            key.Newest = client;
            key.Clients++;
            client.Keys.Add(key);
        }
        _places += wanted.Length;
        if (_keys <= RespLimits.BlockedKeysMax && _places <= RespLimits.BlockedPlacesMax
            && _keyBytes <= operationBytesMax) return true;
        RemoveKeys(client);
        return false;
    }

    private void RemoveKeys(BlockedClient client)
    {
        _places -= client.Command.Keys.Length;
        foreach (BlockedKey key in client.Keys)
        {
            if (key.Newest == client) key.Newest = null;
            if (--key.Clients > 0) continue;
            List<BlockedKey> keys = _byKey[key.Key];
            keys.Remove(key);
            if (keys.Count == 0) _byKey.Remove(key.Key);
            _keys--;
            _keyBytes -= key.Key.Length + RespLimits.BlockedKeyOverheadBytes;
        }
    }

    private void Remove(BlockedClient client, BlockedOutcome outcome)
    {
        Release(client);
        RemoveKeys(client);
        _clients.Remove(client.Place!);
        _byConnection.Remove(client.Connection);
        _count--;
        if (!client.IsNew) _blocked--;
        client.Complete(outcome);
    }
}
