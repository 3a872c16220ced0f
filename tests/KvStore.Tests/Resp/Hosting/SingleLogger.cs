using Microsoft.Extensions.Logging;

namespace KvStore.Tests.Resp.Hosting;

/// <summary>Gives everybody the same logger.</summary>
internal sealed class SingleLogger(ILogger logger) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => logger;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() { }
}
