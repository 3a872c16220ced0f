namespace BftSmr;

/// <summary>An operation did not end with the service's reply. The message says what to do.</summary>
public class BftException : Exception
{
    /// <summary>What went wrong, and what to do.</summary>
    public BftException(string message, bool mayHaveExecuted = false, Exception? innerException = null)
        : base(message, innerException) => MayHaveExecuted = mayHaveExecuted;

    /// <summary>
    /// Whether the operation has changed the service's state, or may yet do so. False means that it never will: it is
    /// safe to issue it again. Queries change nothing, so for them it is always false.
    /// </summary>
    public bool MayHaveExecuted { get; }
}
