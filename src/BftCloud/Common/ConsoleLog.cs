using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BftCloud.Common;

/// <summary>The log of a process that runs until it is stopped: a line each, with the time in UTC.</summary>
internal static class ConsoleLog
{
    /// <summary>
    /// Logs to standard output, or to standard error where the output is for people. It needs no container of services:
    /// making one would take as long as all else that a small server does before it listens.
    /// </summary>
    public static ILoggerFactory Create(bool toStandardError = false)
    {
        ConsoleLoggerOptions options = new()
        {
            FormatterName = ConsoleLine.FormatterName,
            LogToStandardErrorThreshold = toStandardError ? LogLevel.Trace : LogLevel.None,
        };
        LoggerFactory factory = new([], new LoggerFilterOptions { MinLevel = LogLevel.Information });
        factory.AddProvider(
            new ConsoleLoggerProvider(new FixedOptions<ConsoleLoggerOptions>(options), [new ConsoleLine()]));
        return factory;
    }
}
