namespace BftSmr;

/// <summary>
/// A service throws it to refuse a command or a query before it changes anything. The client receives the message as
/// it is. The message must be equal at all replicas: it may depend on the operation and the state alone. Other
/// exceptions of a query, or of a command of <see cref="StateMachine"/>, are passed on with the name of their type.
/// Texts of the runtime may differ between its versions, so a service refuses in its own words.
/// </summary>
public sealed class OperationRefusedException : Exception
{
    /// <summary>A refusal with these words for the client.</summary>
    public OperationRefusedException(string message)
        : base(message) { }

    /// <summary>A refusal with these words for the client, because of another exception.</summary>
    public OperationRefusedException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <summary>What a client is told of an exception.</summary>
    internal static string Describe(Exception e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e is OperationRefusedException ? e.Message : $"{e.GetType().Name}: {e.Message}";
    }
}
