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
}
