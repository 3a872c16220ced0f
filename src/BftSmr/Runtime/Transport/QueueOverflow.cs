namespace BftSmr.Runtime.Transport;

/// <summary>What happens when a link's outbound queue is full.</summary>
internal enum QueueOverflow
{
    /// <summary>The frame is lost and counted: whoever comes back fetches what it missed.</summary>
    Drop,

    /// <summary>The link is closed: whoever comes back asks again.</summary>
    Close,
}
