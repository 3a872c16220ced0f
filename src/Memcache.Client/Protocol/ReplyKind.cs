namespace Memcache.Client.Protocol;

/// <summary>What the first word of a reply says.</summary>
internal enum ReplyKind
{
    /// <summary>VA: a value follows.</summary>
    Value,

    /// <summary>HD: done.</summary>
    Done,

    /// <summary>EN: a get found nothing.</summary>
    Miss,

    /// <summary>NS: the condition of a write did not hold.</summary>
    NotStored,

    /// <summary>EX: the CAS value is another.</summary>
    Exists,

    /// <summary>NF: a write found nothing.</summary>
    NotFound,

    /// <summary>MN: the answer to a command that does nothing.</summary>
    NoOperation,

    /// <summary>OK, as plain commands are answered.</summary>
    Ok,

    /// <summary>STORED, as a user's name and password are answered.</summary>
    Stored,

    /// <summary>VERSION with its number.</summary>
    Version,

    /// <summary>A line of statistics.</summary>
    Statistic,

    /// <summary>END of statistics.</summary>
    End,

    /// <summary>ERROR: the server knows no such command.</summary>
    Error,

    /// <summary>CLIENT_ERROR with a text.</summary>
    ClientError,

    /// <summary>SERVER_ERROR with a text.</summary>
    ServerError,
}
