namespace BftCloud.Primitives;

/// <summary>A key file cannot be used; the message says why and what to do.</summary>
public sealed class KeyFileException : Exception
{
    /// <summary>The message says what was wrong and what to do.</summary>
    public KeyFileException(string message)
        : base(message)
    {
    }

    /// <summary>The message says what was wrong and what to do.</summary>
    public KeyFileException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
