namespace BftCloud.Simulation;

/// <summary>An operation as its client saw it.</summary>
internal sealed class RecordedOperation
{
    public required int Client { get; init; }
    public required bool IsQuery { get; init; }
    public required ReadOnlyMemory<byte> Bytes { get; init; }
    public required long InvokedMicros { get; init; }

    /// <summary>When the client learned the outcome; <see cref="long.MaxValue"/> while it has not.</summary>
    public long CompletedMicros { get; set; } = long.MaxValue;

    /// <summary>
    /// The service's reply; null if none is known, so that the operation may or may not have been executed.
    /// </summary>
    public ReadOnlyMemory<byte>? Result { get; set; }

    /// <summary>The service failed the operation; the result is its message.</summary>
    public bool Failed { get; set; }

    /// <summary>Its place in the total order. A query that the client fell back to order has one, too.</summary>
    public (long Instance, int Index)? Position { get; set; }

    /// <summary>
    /// The highest instance any correct replica had executed when the operation began, and when it completed.
    /// </summary>
    public long ExecutedAtCompletion { get; set; } = long.MaxValue;

    public bool IsCompleted => CompletedMicros != long.MaxValue;
}
