namespace BftSmr;

/// <summary>The deadline passed before enough replicas had answered.</summary>
public sealed class BftTimeoutException : BftException
{
    /// <summary>What was waited for, and what to do.</summary>
    public BftTimeoutException(string message, bool mayHaveExecuted) : base(message, mayHaveExecuted) { }
}
