namespace BftSmr;

/// <summary>More operations were begun, and not awaited, than the client lets wait. This one was not sent.</summary>
public sealed class BftOverloadedException : BftException
{
    /// <summary>Which limit was reached, and what to do.</summary>
    public BftOverloadedException(string message) : base(message) { }
}
