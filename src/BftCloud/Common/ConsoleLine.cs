using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace BftCloud.Common;

/// <summary>A line of the log: time in UTC, level, category, number, message.</summary>
internal sealed class ConsoleLine() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    private const string Plain = "\e[39m\e[22m\e[49m";

    // A pipe or a file gets no colours.
    private readonly bool _hasColors = !Console.IsOutputRedirected;

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        (string level, string color) = Level(logEntry.LogLevel);
        textWriter.Write(
            DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture));
        textWriter.Write(_hasColors ? color + level + Plain : level);
        textWriter.Write(": ");
        textWriter.Write(logEntry.Category);
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $"[{logEntry.EventId.Id}] "));
        textWriter.Write(OneLine(message));
        if (logEntry.Exception is { } exception) textWriter.Write(" " + OneLine(exception.ToString()));
        textWriter.Write(Environment.NewLine);
    }

    private static string OneLine(string text) => text.Replace(Environment.NewLine, " ", StringComparison.Ordinal);

    private static (string Word, string Color) Level(LogLevel level) => level switch
    {
        LogLevel.Trace => ("trce", "\e[37m\e[40m"),
        LogLevel.Debug => ("dbug", "\e[37m\e[40m"),
        LogLevel.Information => ("info", "\e[32m\e[40m"),
        LogLevel.Warning => ("warn", "\e[1m\e[33m\e[40m"),
        LogLevel.Error => ("fail", "\e[30m\e[41m"),
        _ => ("crit", "\e[1m\e[37m\e[41m"),
    };
}
