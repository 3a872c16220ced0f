using Spectre.Console;

namespace BftCloud.Common;

/// <summary>
/// A progress bar for long work, where a person looks on: on stderr, so that what is printed stays clean.
/// </summary>
internal static class TransferProgress
{
    /// <summary>Whether stderr is a terminal that shows it.</summary>
    public static bool IsShown =>
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    /// <summary>Runs the work, showing how many bytes are done.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="totalBytes">How many bytes there are; null if that is not known.</param>
    /// <param name="work">The work; it is given where to report the bytes done so far, or null.</param>
    public static async Task<T> RunAsync<T>(string title, long? totalBytes, Func<IProgress<long>?, Task<T>> work)
    {
        if (!IsShown) return await work(null);
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        Progress progress = console.Progress().AutoClear(true).Columns(
            new TaskDescriptionColumn(), totalBytes is null ? new SpinnerColumn() : new ProgressBarColumn(),
            new DownloadedColumn(), new TransferSpeedColumn());
        return await progress.StartAsync(async context =>
        {
            ProgressTask task = context.AddTask(
                Markup.Escape(title), maxValue: Math.Max(totalBytes ?? long.MaxValue, 1));
            return await work(new Bytes(task));
        });
    }

    /// <summary>Reports at once, on the thread that reports: later ones must not overtake.</summary>
    private sealed class Bytes(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Value = value;
    }
}
