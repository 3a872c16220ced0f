namespace DepSky;

/// <summary>An operation on a unit was not done. The message says why, cloud by cloud.</summary>
public class DepSkyException : Exception
{
    /// <summary>What went wrong, and what to do.</summary>
    /// <param name="message">What went wrong, and what to do.</param>
    /// <param name="faults">What clouds had to do with it.</param>
    /// <param name="innerException">What caused it, if anything.</param>
    public DepSkyException(string message, IReadOnlyList<CloudFault>? faults = null, Exception? innerException = null)
        : base(faults is { Count: > 0 } ? $"{message} ({string.Join("; ", faults)})" : message, innerException) =>
            Faults = faults ?? [];

    /// <summary>What each cloud did wrong.</summary>
    public IReadOnlyList<CloudFault> Faults { get; }
}

/// <summary>
/// More than f clouds did not do their part. Nothing was changed for readers if it was a write: bring the clouds back
/// and do it again.
/// </summary>
public sealed class QuorumUnavailableException(
    string message, IReadOnlyList<CloudFault> faults) : DepSkyException(message, faults);

/// <summary>
/// Fewer clouds than needed have intact blocks, or shares of the key, of a version that is complete: more than f of
/// them lost or damaged theirs.
/// </summary>
public sealed class DataUnavailableException(
    string message, IReadOnlyList<CloudFault> faults) : DepSkyException(message, faults);

/// <summary>The unit was never written, or was removed.</summary>
public sealed class UnitNotFoundException(string message) : DepSkyException(message);

/// <summary>
/// The writer's lease has run out, or another writer took the lock. All that a successor wrote is still there.
/// </summary>
public sealed class LeaseLostException(string message) : DepSkyException(message);

/// <summary>Another writer has the unit's lock.</summary>
public sealed class UnitLockedException(string message) : DepSkyException(message);
