namespace BftSmr;

/// <summary>The client was disposed while the operation was under way.</summary>
public sealed class BftClientClosedException : BftException
{
    /// <summary>Whether the operation may yet execute.</summary>
    public BftClientClosedException(bool mayHaveExecuted) : base(
        "The client was disposed while this operation was under way"
        + (mayHaveExecuted ? "; it may have executed, or may still do so." : "; it did not execute.")
        + " Await all operations before disposing the client.",
        mayHaveExecuted) { }
}
