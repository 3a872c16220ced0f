using System.Net;
using BftCloud.Primitives;
using Microsoft.Extensions.Logging;

namespace BftCloud.Links;

/// <summary>The log lines of the transport.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(
        1, LogLevel.Warning,
        "Refused a connection from {Remote} on the port for {Port} ({Fault}): {Reason}{Suppressed}")]
    public static partial void Refused(
        ILogger logger, EndPoint? remote, LinkPort port, LinkFault fault, string reason, string suppressed);

    [LoggerMessage(2, LogLevel.Warning, "Cannot connect to {Replica} at {Remote} ({Fault}): {Reason} Trying again.")]
    public static partial void CannotConnect(
        ILogger logger, ReplicaId replica, EndPoint remote, LinkFault fault, string reason);

    [LoggerMessage(3, LogLevel.Information, "The link to {Replica} is up.")]
    public static partial void Up(ILogger logger, ReplicaId replica);

    [LoggerMessage(4, LogLevel.Information, "The link to {Replica} is down ({Fault}).")]
    public static partial void Down(ILogger logger, ReplicaId replica, LinkFault fault);

    [LoggerMessage(10, LogLevel.Debug, "The link for bulk to {Replica} is up.")]
    public static partial void BulkUp(ILogger logger, ReplicaId replica);

    [LoggerMessage(11, LogLevel.Debug, "The link for bulk to {Replica} is down ({Fault}).")]
    public static partial void BulkDown(ILogger logger, ReplicaId replica, LinkFault fault);

    [LoggerMessage(5, LogLevel.Warning, "A link of {Client} was closed: {Fault}.")]
    public static partial void ClientFault(ILogger logger, ClientId client, LinkFault fault);

    [LoggerMessage(6, LogLevel.Error, "Connections cannot be accepted on the port for {Port}: {Reason} Trying again.")]
    public static partial void CannotAccept(ILogger logger, LinkPort port, string reason);

    [LoggerMessage(
        9, LogLevel.Warning,
        "There is a link to {Replica} at {Remote}, but none for bulk ({Fault}): {Reason} "
        + "What is fetched from it has to wait. Trying again.")]
    public static partial void NoBulk(
        ILogger logger, ReplicaId replica, EndPoint remote, LinkFault fault, string reason);

    [LoggerMessage(7, LogLevel.Debug, "The link of {Client} is up.")]
    public static partial void ClientUp(ILogger logger, ClientId client);

    [LoggerMessage(8, LogLevel.Debug, "The link of {Client} is down ({Fault}).")]
    public static partial void ClientDown(ILogger logger, ClientId client, LinkFault fault);
}
