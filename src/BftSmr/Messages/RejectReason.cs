namespace BftSmr.Messages;

/// <summary>
/// Why something received was dropped. Counted, never thrown; shown by metrics as <c>rejected{reason=…}</c>.
/// </summary>
internal enum RejectReason
{
    /// <summary>Bytes that are not a canonical message.</summary>
    Malformed,

    /// <summary>A frame beyond the limit.</summary>
    Oversized,

    /// <summary>A signature or MAC that does not verify, or a required one that is missing.</summary>
    BadAuthentication,

    /// <summary>A sender or client that is not in the membership, or speaks for another.</summary>
    WrongSender,

    /// <summary>Bulk on a peer's link for messages, or a message on its link for bulk.</summary>
    WrongLink,

    /// <summary>An instance outside the window.</summary>
    OutsideWindow,

    /// <summary>A regency that has passed, or a role the sender does not have in it.</summary>
    WrongRegency,

    /// <summary>A second, different message where only one is allowed.</summary>
    Equivocation,

    /// <summary>A batch that breaks the cluster's limits.</summary>
    InvalidBatch,

    /// <summary>A SYNC or certificate that does not prove what it claims.</summary>
    InvalidProof,

    /// <summary>A sequence number too far ahead of, or long behind, its session.</summary>
    OutsideSession,

    /// <summary>The queue is full.</summary>
    Overloaded,

    /// <summary>Nothing that was asked for.</summary>
    Unsolicited,

    /// <summary>An operation of a client that lacks the right to it.</summary>
    NotPermitted,
}
