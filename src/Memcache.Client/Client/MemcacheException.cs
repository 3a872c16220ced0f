namespace Memcache.Client;

/// <summary>A call to a cache server failed.</summary>
public sealed class MemcacheException : Exception
{
    /// <param name="code">Why.</param>
    /// <param name="message">What was wrong, and what to do.</param>
    /// <param name="innerException">What it follows from.</param>
    public MemcacheException(MemcacheErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>Why it failed.</summary>
    public MemcacheErrorCode Code { get; }

    /// <summary>Whether the server may have carried out the request all the same.</summary>
    public bool MayHaveExecuted =>
        Code is MemcacheErrorCode.Unreachable or MemcacheErrorCode.TimedOut or MemcacheErrorCode.Malformed;
}
