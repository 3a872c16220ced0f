namespace BftSmr.Client.Core;

/// <summary>What a client has counted since it was made.</summary>
internal sealed class ClientStatistics
{
    /// <summary>Ordered operations answered.</summary>
    public long Completed { get; set; }

    /// <summary>Unordered reads answered by q equal answers.</summary>
    public long ReadsCompleted { get; set; }

    /// <summary>Reads that asked more replicas than the q preferred ones.</summary>
    public long ReadsWidened { get; set; }

    /// <summary>Reads that fell back to an ordered query.</summary>
    public long ReadsOrdered { get; set; }

    /// <summary>Operations sent again, signed, to all replicas.</summary>
    public long Retransmissions { get; set; }

    /// <summary>Requests that carried a signature from the start.</summary>
    public long SignedFromStart { get; set; }

    /// <summary>Changes of the believed leader.</summary>
    public long LeaderChanges { get; set; }

    /// <summary>Sessions that were evicted.</summary>
    public long SessionsExpired { get; set; }

    /// <summary>Replies from a replica that had already said the same.</summary>
    public long DuplicateReplies { get; set; }

    /// <summary>Replies to what was already decided, or never asked, or to another session.</summary>
    public long LateReplies { get; set; }

    /// <summary>Replies that differ from what the same replica said before.</summary>
    public long ContradictoryReplies { get; set; }

    /// <summary>
    /// Replies that differ from what f+1 (for reads: q) others said: lies, or for reads an older or newer state.
    /// </summary>
    public long DissentingReplies { get; set; }

    /// <summary>Reply shares whose MAC is not that of the replica they are said to be from.</summary>
    public long InvalidVouchers { get; set; }

    /// <summary>
    /// Replies that make no sense, such as a digest of the wrong length, and messages that no replica sends.
    /// </summary>
    public long MalformedReplies { get; set; }
}
