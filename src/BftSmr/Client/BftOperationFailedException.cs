namespace BftSmr;

/// <summary>The service itself failed the operation, equally at all replicas. The message is the service's.</summary>
public sealed class BftOperationFailedException : BftException
{
    /// <summary>The service's message.</summary>
    /// <param name="message">The service's message.</param>
    /// <param name="mayHaveExecuted">True for commands: it did execute, and failed; what it changed before is up to the
    /// service.</param>
    public BftOperationFailedException(string message, bool mayHaveExecuted) : base(message, mayHaveExecuted) { }
}
