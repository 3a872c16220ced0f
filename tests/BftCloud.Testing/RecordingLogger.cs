using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace BftCloud.Testing;

/// <summary>Keeps the log lines of at least warning level for a test to wait for.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public int Waiting => _lines.Reader.Count;

    public async Task<string> NextAsync() => await _lines.Reader.ReadAsync().AsTask().WaitAsync(Patience.Time);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) _lines.Writer.TryWrite(formatter(state, exception));
    }
}
