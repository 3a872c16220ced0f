namespace BftCloud.Simulation;

/// <summary>
/// What is due when. Events of the same time run in the order in which they were scheduled, so a seed always tells the
/// same story.
/// </summary>
internal sealed class EventQueue
{
    private (long AtMicros, long Order, Action Run)[] _heap = new (long, long, Action)[256];
    private long _scheduled;

    public int Count { get; private set; }

    /// <summary>When the next event is due; <see cref="long.MaxValue"/> if there is none.</summary>
    public long NextMicros => Count == 0 ? long.MaxValue : _heap[0].AtMicros;

    public void Add(long atMicros, Action run)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, 2 * Count);
        (long AtMicros, long Order, Action Run) added = (atMicros, _scheduled++, run);
        int hole = Count++;
        while (hole > 0)
        {
            int parent = (hole - 1) / 2;
            if (!Before(added, _heap[parent])) break;
            _heap[hole] = _heap[parent];
            hole = parent;
        }
        _heap[hole] = added;
    }

    /// <summary>Takes out the next event.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Action Take(out long atMicros)
    {
        if (Count == 0) throw new InvalidOperationException("Nothing is scheduled.");
        Action run = _heap[0].Run;
        atMicros = _heap[0].AtMicros;
        (long AtMicros, long Order, Action Run) last = _heap[--Count];
        _heap[Count] = default;
        int hole = 0;
        for (int child; (child = 2 * hole + 1) < Count; hole = child)
        {
            if (child + 1 < Count && Before(_heap[child + 1], _heap[child])) child++;
            if (!Before(_heap[child], last)) break;
            _heap[hole] = _heap[child];
        }
        if (Count > 0) _heap[hole] = last;
        return run;
    }

    private static bool Before(
        in (long AtMicros, long Order, Action Run) left, in (long AtMicros, long Order, Action Run) right) =>
        left.AtMicros != right.AtMicros ? left.AtMicros < right.AtMicros : left.Order < right.Order;
}
