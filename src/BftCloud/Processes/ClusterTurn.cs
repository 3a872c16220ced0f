using System.Diagnostics;
using BftCloud.Common;
using BftCloud.Primitives;
using BftSmr;

namespace BftCloud.Processes;

/// <summary>
/// Commands that start or stop the replicas of a directory take turns, so that none sees what another has half done.
/// The turn is the lock of a file, which the system releases however the process ends.
/// </summary>
internal sealed class ClusterTurn : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream? _file;

    private ClusterTurn(FileStream? file) => _file = file;

    /// <summary>
    /// Waits for the turn. Where the file cannot be made, as on a disk that became read-only, there are no turns: the
    /// replicas can still be stopped.
    /// </summary>
    /// <exception cref="CommandFailedException">Another command did not end in time.</exception>
    public static async Task<IDisposable> TakeAsync(ClusterDirectory directory, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (FileLock.TryTake(directory.TurnFile) is { } file) return new ClusterTurn(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new ClusterTurn(null);
            }
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new CommandFailedException(
                    $"Another command starts or stops the replicas of {directory.Path} and has not ended within "
                    + $"{Patience.TotalSeconds:0} s. End it, then try again.");
            }
            await Task.Delay(Pause, cancellationToken);
        }
    }

    public void Dispose() => _file?.Dispose();
}
