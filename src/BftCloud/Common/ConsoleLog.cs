using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BftCloud.Common;

/// <summary>The log of a process that runs until it is stopped: a line each, with the time in UTC.</summary>
internal static class ConsoleLog
{
    /// <summary>Logs to standard output, or to standard error where the output is for people.</summary>
    public static ILoggerFactory Create(bool toStandardError = false) => LoggerFactory.Create(builder =>
    {
        builder.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        if (toStandardError)
            builder.Services.Configure<ConsoleLoggerOptions>(
                static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
