namespace BftCloud.Links;

/// <summary>
/// Watches over work of a reactor's thread that may take long: tells the thread that waits here when it has taken too
/// long, so that this one goes on in its place. Work that is quick costs two interlocked operations. No thread is
/// woken for it, unless none came for a second.
/// </summary>
internal sealed class Relief
{
    /// <summary>Work that was under way at two looks in a row takes too long.</summary>
    private const int LookMillis = 10;

    /// <summary>After so many looks without work the watching thread sleeps until there is some.</summary>
    private const int IdleLooksMax = 100;

    private readonly object _gate = new();
    private long _works;
    private int _isUnderWay, _isAsleep;

    /// <summary>Work begins. On the reactor's thread.</summary>
    public void Begin()
    {
        Volatile.Write(ref _works, _works + 1);
        Interlocked.Exchange(ref _isUnderWay, 1); // either the watching thread sees it, or is seen asleep here
        if (Volatile.Read(ref _isAsleep) != 0) Wake();
    }

    /// <summary>Work is done. False if another thread went on meanwhile. On the thread that did it.</summary>
    public bool End() => Interlocked.CompareExchange(ref _isUnderWay, 0, 1) == 1;

    /// <summary>
    /// Returns true once work has taken too long, and the calling thread is to go on in place of the one that does it;
    /// false after <see cref="Wake"/>, if it ended the wait.
    /// </summary>
    /// <param name="isStopped">Ends the wait.</param>
    public bool Watch(Func<bool> isStopped)
    {
        long seen = -1;
        for (int idle = 0; !isStopped();)
        {
            bool isUnderWay = Volatile.Read(ref _isUnderWay) == 1;
            long works = Volatile.Read(ref _works);
            if (isUnderWay && works == seen && Interlocked.CompareExchange(ref _isUnderWay, 2, 1) == 1) return true;
            idle = isUnderWay || works != seen ? 0 : idle + 1;
            seen = works;
            Wait(isStopped, idle < IdleLooksMax ? LookMillis : Timeout.Infinite);
        }
        return false;
    }

    /// <summary>The watching thread looks again at whether it is stopped.</summary>
    public void Wake()
    {
        lock (_gate) Monitor.Pulse(_gate);
    }

    private void Wait(Func<bool> isStopped, int millis)
    {
        lock (_gate)
        {
            if (millis == Timeout.Infinite) Interlocked.Exchange(ref _isAsleep, 1);
            bool isAwaited = millis == Timeout.Infinite && Volatile.Read(ref _isUnderWay) == 1;
            if (!isAwaited && !isStopped()) Monitor.Wait(_gate, millis);
            Volatile.Write(ref _isAsleep, 0);
        }
    }
}
