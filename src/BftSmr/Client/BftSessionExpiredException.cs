namespace BftSmr;

/// <summary>
/// The replicas no longer keep the session - its identity has opened so many others since - and so cannot tell what
/// became of the operation.
/// </summary>
public sealed class BftSessionExpiredException : BftException
{
    /// <summary>What happened to the session, and what to do.</summary>
    public BftSessionExpiredException(string message, bool mayHaveExecuted) : base(message, mayHaveExecuted) { }
}
