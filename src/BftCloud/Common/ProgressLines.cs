namespace BftCloud.Common;

/// <summary>
/// Tells a person what a command waits for, on the error stream, so that the output stays what was asked for. On a
/// terminal the lines stay in place, and go in the end; elsewhere there is one line each few seconds.
/// </summary>
/// <param name="output">Where they go.</param>
/// <param name="isTerminal">Whether lines there can be written anew.</param>
/// <param name="columns">The width of the terminal.</param>
/// <param name="time">The clock.</param>
internal sealed class ProgressLines(TextWriter output, bool isTerminal, Func<int> columns, TimeProvider time)
    : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TerminalPause = TimeSpan.FromMilliseconds(200);

    private long _toldAt = time.GetTimestamp();
    private int _shown;

    /// <summary>Lines on the error stream of this process.</summary>
    public static ProgressLines OnError() => new(
        Console.Error, !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb"),
        static () => Console.WindowWidth, TimeProvider.System);

    /// <summary>What is so now; told if the last time is long enough ago.</summary>
    public void Show(IReadOnlyList<string> lines)
    {
        if (time.GetElapsedTime(_toldAt) < (isTerminal ? TerminalPause : Pause)) return;
        _toldAt = time.GetTimestamp();
        if (!isTerminal)
        {
            output.WriteLine($"Waiting: {string.Join("; ", lines)}.");
            return;
        }
        Clear();
        int width = Math.Max(1, columns() - 1);
        foreach (string line in lines) output.WriteLine(line.Length > width ? line[..width] : line);
        _shown = lines.Count;
    }

    /// <summary>What stands on a terminal goes.</summary>
    public void Dispose() => Clear();

    private void Clear()
    {
        if (_shown > 0) output.Write($"\u001b[{_shown}A\u001b[J");
        _shown = 0;
    }
}
