using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>
/// Several runs as one: of each record the newest change. A removal of all that begins with a key takes out the changes
/// of such keys in older runs alone. Where nothing older is left below, removals have done their work and go.
/// Invariants: what it gives ascends; applied to anything, it leaves what its inputs leave, applied oldest first.
/// </summary>
internal sealed class RunMerge : RunCursor
{
    private readonly RunCursor[] _runs; // oldest first
    private readonly bool[] _hasMore, _isTaken;
    private readonly bool _isBottom;
    private readonly List<(byte[] Prefix, int Run)> _removed = []; // nested; each by a newer run than the one around it
    private int _shown = -1;

    /// <summary>Begins to merge.</summary>
    /// <param name="oldestFirst">The runs, which are its own now.</param>
    /// <param name="isBottom">There are no older ones.</param>
    /// <param name="removed">The removals of all that begins with a key which stand before the places where the runs
    /// begin, and reach behind them.</param>
    public RunMerge(
        IEnumerable<RunCursor> oldestFirst, bool isBottom, IEnumerable<(byte[] Prefix, int Run)>? removed = null)
    {
        _runs = [.. oldestFirst];
        _isBottom = isBottom;
        _hasMore = new bool[_runs.Length];
        _isTaken = new bool[_runs.Length];
        Array.Fill(_isTaken, true); // each begins with its first change
        foreach ((byte[] prefix, int run) in (removed ?? []).OrderBy(r => r.Prefix.Length).ThenByDescending(r => r.Run))
        {
            if (_removed.Count == 0 || run > _removed[^1].Run) _removed.Add((prefix, run));
        }
    }

    public override ReadOnlySpan<byte> Key => _runs[_shown].Key;

    public override ReadOnlySpan<byte> Value => _runs[_shown].Value;

    public override bool MoveNext()
    {
        while (true)
        {
            for (int i = 0; i < _runs.Length; i++)
            {
                if (_isTaken[i]) _hasMore[i] = _runs[i].MoveNext();
                _isTaken[i] = false;
            }
            int newest = FindNext();
            if (newest < 0) return false;
            if (!IsLeft(newest)) continue;
            (_shown, Kind) = (newest, _runs[newest].Kind);
            return true;
        }
    }

    public override void Dispose()
    {
        foreach (RunCursor run in _runs) run.Dispose();
    }

    /// <summary>The newest run with the lowest change, which is taken from all that have it; -1 at the end.</summary>
    private int FindNext()
    {
        int lowest = -1;
        for (int i = 0; i < _runs.Length; i++)
        {
            if (!_hasMore[i]) continue;
            int order = lowest < 0
                ? -1
                : Compare(_runs[i].Key, _runs[i].Kind, _runs[lowest].Key, _runs[lowest].Kind);
            if (order > 0) continue;
            if (order < 0) Array.Clear(_isTaken, 0, i);
            _isTaken[i] = true;
            lowest = i;
        }
        return lowest;
    }

    /// <summary>Whether the change is one of the result; notes what it removes.</summary>
    private bool IsLeft(int run)
    {
        ReadOnlySpan<byte> key = _runs[run].Key;
        while (_removed.Count > 0 && !key.StartsWith(_removed[^1].Prefix)) _removed.RemoveAt(_removed.Count - 1);
        int remover = _removed.Count > 0 ? _removed[^1].Run : -1;
        if (_runs[run].Kind != StateChangeKind.RemoveAll)
            return run >= remover && !(_isBottom && _runs[run].Kind == StateChangeKind.Remove);
        if (run <= remover) return false;
        if (_removed.Count > 0 && _removed[^1].Prefix.Length == key.Length) _removed.RemoveAt(_removed.Count - 1);
        _removed.Add((key.ToArray(), run));
        return !_isBottom;
    }
}
