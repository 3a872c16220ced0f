namespace KvStore.Gateway;

/// <summary>
/// How long to wait before the store is asked again: the shortest interval after something was found, then twice as
/// long each time, up to the longest.
/// </summary>
internal sealed class PollInterval
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    public TimeSpan Current { get; private set; } = Shortest;

    public void Polled(bool found) =>
        Current = found ? Shortest : TimeSpan.FromTicks(Math.Min(2 * Current.Ticks, Longest.Ticks));
}
