using System.Net;
using Microsoft.Extensions.Logging;

namespace KvStore.Gateway;

/// <summary>What a gateway logs.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(Level = LogLevel.Information,
        Message = "Serving clients of Redis at {Address}, at most {ClientsMax} at a time")]
    public static partial void Started(ILogger logger, IPEndPoint address, int clientsMax);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "This process may open too few files for {Wanted} clients: the gateway takes at most {ClientsMax}. "
            + "Raise the limit (ulimit -n, or LimitNOFILE of the unit) for more")]
    public static partial void FewDescriptors(ILogger logger, int wanted, int clientsMax);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Every client that reaches {Address} can read and change the store: there is no password. "
            + "Set a password, or listen on this machine alone")]
    public static partial void Unprotected(ILogger logger, IPEndPoint address);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "The gateway at {Address} has stopped; connections: {Connections}, commands: {Commands}")]
    public static partial void Stopped(ILogger logger, IPEndPoint address, long connections, long commands);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A connection from {Client} was refused: {ClientsMax} are open, which is the most; refused so far: "
            + "{Refused}")]
    public static partial void Refused(ILogger logger, EndPoint? client, int clientsMax, long refused);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection could not be accepted: {Reason}")]
    public static partial void NotAccepted(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Possible SECURITY ATTACK detected. It looks like {Client} is sending POST or Host: commands to the "
            + "gateway. This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise "
            + "it. Connection aborted.")]
    public static partial void CrossProtocol(ILogger logger, EndPoint? client);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Connection {Id} from {Client} was closed: it has not read {Held} bytes of replies, and no more may "
            + "be kept. Let it read while it writes, or raise the bound of replies kept")]
    public static partial void TooSlow(ILogger logger, long id, EndPoint? client, long held);

    [LoggerMessage(Level = LogLevel.Error, Message = "Connection {Id} ended by a defect of the gateway")]
    public static partial void Failed(ILogger logger, Exception exception, long id);
}
