namespace BftSmr;

/// <summary>
/// The operation did execute, but its reply cannot be had: it is too large, or the replicas have forgotten it.
/// </summary>
public sealed class BftReplyUnavailableException : BftException
{
    /// <summary>Why there is no reply, and what to do.</summary>
    public BftReplyUnavailableException(string message, bool mayHaveExecuted) : base(message, mayHaveExecuted) { }
}
