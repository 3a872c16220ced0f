namespace KvStore.Gateway.Protocol;

/// <summary>How parsing ended.</summary>
internal enum RespParseResult
{
    /// <summary>There is a command.</summary>
    Command,

    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>The command is longer than may be kept: read past it.</summary>
    TooLong,

    /// <summary>This is not the protocol: answer with the error, then close.</summary>
    ProtocolError,
}
