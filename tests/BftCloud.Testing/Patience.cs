using System.Diagnostics;

namespace BftCloud.Testing;

/// <summary>How long a test waits for what must happen before it fails.</summary>
internal static class Patience
{
    public static TimeSpan Time { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Lets other threads go on until the condition holds; for what no event tells.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Time)
                throw new TimeoutException($"It did not happen within {Time}: {what}.");
            await Task.Yield();
        }
    }
}
