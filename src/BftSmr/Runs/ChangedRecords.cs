namespace BftSmr.Runs;

/// <summary>A few changes that are at hand as a whole, in the order of their keys.</summary>
internal sealed class ChangedRecords : RunCursor
{
    private readonly List<(StateChangeKind Kind, StateRecord Record)> _changes = [];
    private int _shown = -1;

    public override ReadOnlySpan<byte> Key => _changes[_shown].Record.Key.Span;

    public override ReadOnlySpan<byte> Value => _changes[_shown].Record.Value.Span;

    public void Put(byte[] key, ReadOnlyMemory<byte> value) =>
        _changes.Add((StateChangeKind.Put, new StateRecord(key, value)));

    public void Remove(byte[] key) => _changes.Add((StateChangeKind.Remove, new StateRecord(key, default)));

    public override bool MoveNext()
    {
        if (_shown + 1 >= _changes.Count) return false;
        Kind = _changes[++_shown].Kind;
        return true;
    }

    public override void Dispose() { }
}
