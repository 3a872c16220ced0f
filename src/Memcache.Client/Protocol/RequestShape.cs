namespace Memcache.Client.Protocol;

/// <summary>What a request is, by the replies that it may have.</summary>
internal enum RequestShape
{
    /// <summary>A value, done, or a miss.</summary>
    Get,

    /// <summary>Done, or why not.</summary>
    Write,

    /// <summary>A number, or why not.</summary>
    Count,

    /// <summary>The answer to a command that does nothing.</summary>
    NoOperation,

    /// <summary>Lines and an end.</summary>
    Statistics,

    /// <summary>That all is gone.</summary>
    Flush,

    /// <summary>That a user is known.</summary>
    User,
}
