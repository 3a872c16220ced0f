namespace BftSmr;

/// <summary>
/// A service throws it to refuse a command or a query before it changes anything. The client receives the message as
/// it is. The message must be equal at all replicas: it may depend on the operation and the state alone. Any other
/// exception is no answer. One of a command stops the replica; one of a query fails that query.
/// </summary>
public sealed class OperationRefusedException : Exception
{
    /// <summary>A refusal with these words for the client.</summary>
    public OperationRefusedException(string message)
        : base(message) { }

    /// <summary>A refusal with these words for the client, because of another exception.</summary>
    public OperationRefusedException(string message, Exception innerException)
        : base(message, innerException) { }
}
