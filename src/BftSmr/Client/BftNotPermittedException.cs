namespace BftSmr;

/// <summary>
/// The replicas refused the operation, as the client lacks the right to it. It was not executed and never will be.
/// </summary>
public sealed class BftNotPermittedException : BftException
{
    /// <summary>Which right is missing, and what to do.</summary>
    public BftNotPermittedException(string message) : base(message) { }
}
