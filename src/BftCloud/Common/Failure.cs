using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using BftCloud.Primitives;
using BftSmr;
using DepSky;
using KvStore.Client;

namespace BftCloud.Common;

/// <summary>Which exceptions are failures of an operation, to be told in a line, rather than faults of this program.</summary>
internal static class Failure
{
    public static bool TryDescribe(Exception exception, CancellationToken stop, [NotNullWhen(true)] out string? message)
    {
        message = exception switch
        {
            OperationCanceledException when stop.IsCancellationRequested => "interrupted.",
            CommandFailedException or ConfigurationException or KeyFileException or StorageException or BftException or KvException or DepSkyException or CloudException => exception.Message,
            IOException or SocketException or UnauthorizedAccessException => exception.Message,
            DllNotFoundException => exception.Message,
            _ => null,
        };
        return message is not null;
    }
}
