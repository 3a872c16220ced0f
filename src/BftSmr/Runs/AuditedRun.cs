using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>A run that is read from some place on, and says where to go on.</summary>
internal sealed class AuditedRun : RunCursor
{
    private readonly RunReader _run;
    private readonly List<byte[]> _removed; // nested, but for the last one
    private bool _isAtEnd;

    /// <summary>Begins at a place.</summary>
    /// <param name="run">The run's bytes, which are its own now.</param>
    /// <param name="place">Where.</param>
    public AuditedRun(IRunBytes run, RunPlace place) =>
        (_run, _removed) = (new RunReader(run, place.Offset), [.. place.Removed]);

    public override ReadOnlySpan<byte> Key => _run.Key;

    public override ReadOnlySpan<byte> Value => _run.Value;

    public override bool MoveNext()
    {
        _isAtEnd = !_run.MoveNext();
        if (_isAtEnd) return false;
        Kind = _run.Kind;
        if (Kind != StateChangeKind.RemoveAll) return true;
        // The one before may still reach to where the reading ends; what does not reach to that one does not.
        while (_removed.Count > 1 && !_removed[^1].AsSpan().StartsWith(_removed[^2]))
            _removed.RemoveAt(_removed.Count - 2);
        _removed.Add(_run.Key.ToArray());
        return true;
    }

    /// <summary>Goes on to the first change of a key or of a later one.</summary>
    /// <returns>Where that is.</returns>
    public RunPlace Seek(ReadOnlySpan<byte> key)
    {
        while (MoveNext() && Key.SequenceCompareTo(key) < 0) { }
        return PlaceAt(key);
    }

    /// <summary>Where the change that it shows is, which is the first of this key or a later one.</summary>
    public RunPlace PlaceAt(ReadOnlySpan<byte> key)
    {
        List<byte[]> removed = [];
        foreach (byte[] prefix in _removed)
        {
            if (key.StartsWith(prefix)) removed.Add(prefix);
        }
        bool isLastShown = !_isAtEnd && Kind == StateChangeKind.RemoveAll && Key.SequenceEqual(key);
        if (isLastShown) removed.RemoveAt(removed.Count - 1); // it is read again
        return new RunPlace(_run.Offset, removed);
    }

    public override void Dispose() => _run.Dispose();
}

/// <summary>Where a run is read on.</summary>
/// <param name="Offset">Where a change begins, or the end.</param>
/// <param name="Removed">The beginnings of the next keys whose older records were all removed before, nested.</param>
internal sealed record RunPlace(long Offset, IReadOnlyList<byte[]> Removed)
{
    public static readonly RunPlace Start = new(0, []);
}
