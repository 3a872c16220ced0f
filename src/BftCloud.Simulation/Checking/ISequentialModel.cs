namespace BftCloud.Simulation;

/// <summary>
/// What an object that is used by one client at a time does, for <see cref="LinearizabilityChecker"/>.
/// </summary>
/// <typeparam name="TOperation">An operation with its outcome.</typeparam>
internal interface ISequentialModel<TOperation>
{
    long InitialState { get; }

    /// <summary>Whether the operation could have had its outcome in this state, and the state after it.</summary>
    bool TryStep(long state, in TOperation operation, out long after);
}

/// <summary>One operation of a concurrent history.</summary>
/// <param name="Operation">What was done and what came out.</param>
/// <param name="InvokedMicros">When it began.</param>
/// <param name="CompletedMicros">When its outcome was known; <see cref="long.MaxValue"/> if it never was.</param>
internal readonly record struct HistoryEvent<TOperation>(
    TOperation Operation, long InvokedMicros, long CompletedMicros);
