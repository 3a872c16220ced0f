namespace Memcache.Client;

/// <summary>Why a call failed.</summary>
public enum MemcacheErrorCode
{
    /// <summary>The server cannot be reached, or ended the connection.</summary>
    Unreachable = 1,

    /// <summary>The server did not answer in time.</summary>
    TimedOut = 2,

    /// <summary>The server refused the request, and said why.</summary>
    Refused = 3,

    /// <summary>The server's answer is none of the protocol, or longer than allowed.</summary>
    Malformed = 4,

    /// <summary>Too many calls, or too many bytes, wait for the server already.</summary>
    Busy = 5,
}
