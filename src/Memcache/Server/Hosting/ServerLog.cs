using System.Net;
using Microsoft.Extensions.Logging;

namespace Memcache.Server.Hosting;

/// <summary>What a server logs.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(Level = LogLevel.Information,
        Message = "Serving clients of memcached at {Address}: {Megabytes} MiB for items, {Threads} threads, at most "
            + "{ConnectionsMax} connections")]
    public static partial void Started(
        ILogger logger, EndPoint address, long megabytes, int threads, int connectionsMax);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "This process may open too few files for {Wanted} connections: the server takes at most "
            + "{ConnectionsMax}. Raise the limit (ulimit -n, or LimitNOFILE of the unit) for more")]
    public static partial void FewDescriptors(ILogger logger, int wanted, int connectionsMax);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Every client that reaches {Address} can read and change the cache: no user file is named. Name "
            + "one, or listen on this machine alone")]
    public static partial void Unprotected(ILogger logger, EndPoint address);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "The server at {Address} has stopped; connections: {Connections}")]
    public static partial void Stopped(ILogger logger, EndPoint address, long connections);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A connection cannot be accepted: {Reason}. If descriptors are lacking, raise the limit (ulimit -n)")]
    public static partial void NotAccepted(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A connection failed by a fault of the server; please report it")]
    public static partial void Failed(ILogger logger, Exception exception);
}
