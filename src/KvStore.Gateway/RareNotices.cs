namespace KvStore.Gateway;

/// <summary>
/// Log lines that a client can bring about as often as it likes: of each kind one a minute is written.
/// </summary>
internal sealed class RareNotices(TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _last = [];

    /// <summary>Whether a line of this kind is due; then it counts as written.</summary>
    public bool IsDue(string kind)
    {
        lock (_lock)
        {
            if (_last.TryGetValue(kind, out long at) && clock.GetElapsedTime(at) < Interval) return false;
            _last[kind] = clock.GetTimestamp();
            return true;
        }
    }
}
