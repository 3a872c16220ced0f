using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using BftCloud.Primitives;
using BftSmr;

namespace BftCloud.Common;

/// <summary>
/// Which exceptions are failures of an operation, to be told in a line, rather than faults of this program.
/// </summary>
internal static class Failure
{
    /// <param name="exception">What ended the command.</param>
    /// <param name="failures">The exceptions by which the program's features tell of failures.</param>
    /// <param name="stop">Cancelled if the user ended the command.</param>
    /// <param name="message">What to tell the user.</param>
    public static bool TryDescribe(
        Exception exception, IEnumerable<Type> failures, CancellationToken stop,
        [NotNullWhen(true)] out string? message)
    {
        message = exception switch
        {
            OperationCanceledException when stop.IsCancellationRequested => "interrupted.",
            CommandFailedException or ConfigurationException or KeyFileException => exception.Message,
            StorageException or BftException => exception.Message,
            IOException or SocketException or UnauthorizedAccessException => exception.Message,
            DllNotFoundException => exception.Message,
            _ when failures.Any(type => type.IsInstanceOfType(exception)) => exception.Message,
            _ => null,
        };
        return message is not null;
    }
}
