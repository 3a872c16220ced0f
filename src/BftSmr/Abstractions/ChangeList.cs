namespace BftSmr;

/// <summary>A few changes that are at hand as a whole, in the order of their keys.</summary>
internal sealed class ChangeList : IStateChanges
{
    private readonly List<(StateChangeKind Kind, byte[] Key, ReadOnlyMemory<byte> Value)> _changes = [];
    private int _next;

    public void Put(byte[] key, ReadOnlyMemory<byte> value) => _changes.Add((StateChangeKind.Put, key, value));

    public void Remove(byte[] key) => _changes.Add((StateChangeKind.Remove, key, default));

    /// <summary>Before the changes of all keys that begin so.</summary>
    public void RemoveAll(byte[] prefix) => _changes.Add((StateChangeKind.RemoveAll, prefix, default));

    public bool TryRead(out StateChange change)
    {
        change = default;
        if (_next == _changes.Count) return false;
        (StateChangeKind kind, byte[] key, ReadOnlyMemory<byte> value) = _changes[_next++];
        change = kind switch
        {
            StateChangeKind.Put => StateChange.Put(key, value.Span),
            StateChangeKind.Remove => StateChange.Remove(key),
            _ => StateChange.RemoveAll(key),
        };
        return true;
    }

    public void Dispose() { }
}
