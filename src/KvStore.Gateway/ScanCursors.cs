namespace KvStore.Gateway;

/// <summary>
/// The cursors of SCAN, HSCAN and SSCAN: clients want numbers, and the store goes on after a key. Remembered here, the
/// one not used for longest forgotten first.
/// </summary>
internal sealed class ScanCursors
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, LinkedListNode<(ulong Id, byte[] After)>> _byId = [];
    private readonly LinkedList<(ulong Id, byte[] After)> _byUse = new();
    private ulong _lastId;
    private long _bytes;

    /// <summary>A number by which to go on after the key. Never 0, and never one given out before.</summary>
    public ulong Remember(byte[] after)
    {
        lock (_lock)
        {
            ulong id = ++_lastId;
            _byId[id] = _byUse.AddLast((id, after));
            _bytes += after.Length;
            while (_byId.Count > RespLimits.CursorsMax || _bytes > RespLimits.CursorBytesMax)
            {
                (ulong oldest, byte[] forgotten) = _byUse.First!.Value;
                _byUse.RemoveFirst();
                _byId.Remove(oldest);
                _bytes -= forgotten.Length;
            }
            return id;
        }
    }

    /// <summary>After what to go on. False for a number that was never given out, or is forgotten.</summary>
    public bool TryGet(ulong id, out byte[] after)
    {
        lock (_lock)
        {
            bool known = _byId.TryGetValue(id, out LinkedListNode<(ulong Id, byte[] After)>? node);
            after = known ? node!.Value.After : [];
            if (!known) return false;
            _byUse.Remove(node!);
            _byUse.AddLast(node!);
            return true;
        }
    }
}
