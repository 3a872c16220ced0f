namespace DepSky;

/// <summary>A cloud did not do what it was asked.</summary>
public sealed class CloudException : Exception
{
    /// <summary>Says what happened.</summary>
    /// <param name="cloud">The cloud's name.</param>
    /// <param name="kind">What kept it.</param>
    /// <param name="message">What was asked and what came, without secrets.</param>
    /// <param name="innerException">What caused it, if anything.</param>
    public CloudException(
        string cloud, CloudFailure kind, string message, Exception? innerException = null) : base($"{cloud}: {message}",
        innerException)
    {
        Cloud = cloud;
        Kind = kind;
    }

    /// <summary>The cloud's name.</summary>
    public string Cloud { get; }

    /// <summary>What kept it.</summary>
    public CloudFailure Kind { get; }

    /// <summary>Whether the same request may succeed a moment later.</summary>
    internal bool IsTransient { get; init; }

    /// <summary>Nothing listens at the cloud's address: it is hardly there again in a moment.</summary>
    internal bool IsRefused { get; init; }

    /// <summary>How long the cloud asks to be left alone; null if it did not say.</summary>
    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>The message without the cloud's name.</summary>
    internal string What =>
        Message.StartsWith(Cloud + ": ", StringComparison.Ordinal) ? Message[(Cloud.Length + 2)..] : Message;
}
