namespace BftSmr;

/// <summary>
/// The service broke the contract of <see cref="IStateMachine"/>: it threw where it must not. Its state is in doubt,
/// and other replicas may not have thrown. So this replica stops rather than guess at a state. Its disk holds what was
/// before the batch, which it executes again when it starts.
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
            + "service, not of the replica, unless the machine is out of memory: a command refuses by "
            + "OperationRefusedException and throws nothing else. Mend the service and start the replica again: it "
            + "executes the batch anew from the state before it.";
    }
}
