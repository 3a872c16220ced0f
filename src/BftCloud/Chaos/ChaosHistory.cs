using System.Diagnostics;

namespace BftCloud.Chaos;

/// <summary>What clients did and what came of it, as they saw it; safe for any number of them at once.</summary>
internal abstract class ChaosHistory
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastAnswerMicros;
    private long _longestSilenceMicros;

    public int Operations { get; private set; }

    public int Acknowledged { get; private set; }

    public int Unknown { get; private set; }

    public int Failed { get; private set; }

    public TimeSpan LongestSilence => TimeSpan.FromMicroseconds(_longestSilenceMicros);

    /// <summary>Objects with a history of their own.</summary>
    public abstract int Keys { get; }

    /// <summary>Microseconds since the beginning, on a clock that never goes back.</summary>
    public long NowMicros => (long)Stopwatch.GetElapsedTime(_start).TotalMicroseconds;

    protected Lock Gate { get; } = new();

    /// <summary>Searches, for each key, an order that explains what clients saw.</summary>
    /// <returns>Keys whose search was given up at its bound, and what was broken.</returns>
    public abstract (int Undecided, IReadOnlyList<string> Violations) Check();

    /// <summary>Counts an operation that was answered; the caller holds the gate.</summary>
    protected void CountAnswered(long nowMicros)
    {
        Operations++;
        Acknowledged++;
        _longestSilenceMicros = Math.Max(_longestSilenceMicros, nowMicros - _lastAnswerMicros);
        _lastAnswerMicros = nowMicros;
    }

    /// <summary>Counts an operation that failed; the caller holds the gate.</summary>
    protected void CountNotAnswered(bool mayHaveTakenEffect)
    {
        Operations++;
        if (mayHaveTakenEffect) Unknown++;
        else Failed++;
    }
}
