namespace BftSmr.Tests.Client;

/// <summary>A clock whose timers go off long before they are due, as real ones do by a little.</summary>
internal sealed class HastyTime(TimeProvider inner) : TimeProvider
{
    public override long TimestampFrequency => inner.TimestampFrequency;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(inner.CreateTimer(callback, state, Sooner(dueTime), period));

    private static TimeSpan Sooner(TimeSpan dueTime) => dueTime > TimeSpan.Zero ? dueTime / 2 : dueTime;

    private sealed class Timer(ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(Sooner(dueTime), period);

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
