namespace BftSmr.Hosting;

/// <summary>How fast a count grows, over the last <see cref="WindowMicros"/>. A count that falls begins anew.</summary>
internal sealed class RecentRate
{
    /// <summary>Five seconds: long enough for a figure that a person can read, and short enough to be of now.</summary>
    public const long WindowMicros = 5_000_000;

    private const long SpacingMicros = 50_000;

    private readonly Queue<(long Micros, long Count)> _samples = new();
    private (long Micros, long Count) _last;
    private long _newestMicros;

    /// <summary>Growth by seconds; null before the count was seen at two times.</summary>
    public double? PerSecond =>
        _samples.TryPeek(out (long Micros, long Count) first) && _last.Micros > first.Micros
            ? (_last.Count - first.Count) * 1e6 / (_last.Micros - first.Micros)
            : null;

    /// <summary>The count at a time. One that is not later than the last is passed over.</summary>
    public void Note(long micros, long count)
    {
        if (count < _last.Count) Clear();
        if (_samples.Count > 0 && micros <= _last.Micros) return;
        if (_samples.Count == 0 || micros - _newestMicros >= SpacingMicros)
        {
            _samples.Enqueue((micros, count));
            _newestMicros = micros;
        }
        _last = (micros, count);
        while (_samples.Count > 1 && micros - _samples.ElementAt(1).Micros >= WindowMicros) _samples.Dequeue();
    }

    /// <summary>Another count begins.</summary>
    public void Clear()
    {
        _samples.Clear();
        _last = default;
    }
}
