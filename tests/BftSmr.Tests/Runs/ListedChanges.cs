using BftSmr.Runs;

namespace BftSmr.Tests.Runs;

/// <summary>Changes as a test lists them, in whatever order.</summary>
internal sealed class ListedChanges(IEnumerable<Change> changes) : RunCursor
{
    private readonly (StateChangeKind Kind, byte[] Key, byte[] Value)[] _changes =
        [.. changes.Select(static c => (c.Kind, Change.BytesOf(c.Key), Change.BytesOf(c.Value)))];

    private int _shown = -1;

    public override ReadOnlySpan<byte> Key => _changes[_shown].Key;

    public override ReadOnlySpan<byte> Value => _changes[_shown].Value;

    public bool IsDisposed { get; private set; }

    public override bool MoveNext()
    {
        if (++_shown >= _changes.Length) return false;
        Kind = _changes[_shown].Kind;
        return true;
    }

    public override void Dispose() => IsDisposed = true;
}
