namespace BftSmr;

/// <summary>
/// The service broke the contract of <see cref="IStateMachine"/>: it threw where it must not. Every replica would do
/// the same on the same batch, so this replica stops rather than guess at a state. Mend the service, then start the
/// replicas again: they resume from their logs.
/// </summary>
public sealed class StateMachineException : Exception
{
    /// <summary>What the service was doing, and what it threw.</summary>
    public StateMachineException(string doing, Exception innerException)
        : base(Describe(doing, innerException), innerException) { }

    private static string Describe(string doing, Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return $"The service threw {cause.GetType().Name} while {doing}: {cause.Message} This is a defect of the "
            + "service, not of the replica: IStateMachine members other than Query must not throw. Mend the service "
            + "and start the replica again.";
    }
}
