using System.Diagnostics;
using BftSmr;

namespace BftCloud.Bench;

/// <summary>What a loop does with what completes.</summary>
internal enum BenchPhase
{
    /// <summary>Forgets it.</summary>
    WarmUp,

    /// <summary>Counts it.</summary>
    Measure,

    /// <summary>Forgets it and ends.</summary>
    Stop,
}

/// <summary>One closed loop.</summary>
internal sealed class BenchLoop
{
    private volatile BenchPhase _phase;
    private long _operations;

    /// <summary>Set from outside.</summary>
    public BenchPhase Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>Operations counted so far.</summary>
    public long Operations => Volatile.Read(ref _operations);

    /// <summary>Operations that failed while measuring.</summary>
    public long Errors { get; private set; }

    public LatencyHistogram Latency { get; } = new();

    public async Task RunAsync(Func<Task> operation)
    {
        while (_phase != BenchPhase.Stop)
        {
            long begin = Stopwatch.GetTimestamp();
            try
            {
                await operation().ConfigureAwait(false);
                if (_phase != BenchPhase.Measure) continue;
                Latency.Record((long)Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
                Volatile.Write(ref _operations, Latency.Count);
            }
            catch (BftException)
            {
                if (_phase == BenchPhase.Measure) Errors++;
            }
        }
    }
}
