namespace Memcache.Server.Protocol;

/// <summary>Why a session stopped.</summary>
internal enum Progress
{
    /// <summary>It did not: there may be more to do.</summary>
    GoesOn,

    /// <summary>It needs more input behind what is left of this one.</summary>
    NeedsInput,

    /// <summary>The replies must be sent first.</summary>
    OutputFull,

    /// <summary>It has had its turn, and has more to do.</summary>
    Yields,

    /// <summary>The connection ends once the replies are sent.</summary>
    Closes,
}
