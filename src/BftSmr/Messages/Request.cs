using BftCloud.Primitives;

namespace BftSmr.Messages;

/// <summary>What a request asks of the service.</summary>
internal enum RequestKind
{
    /// <summary>Opens the session and does nothing else.</summary>
    Open = 0,

    /// <summary>Executes the operation.</summary>
    Command = 1,

    /// <summary>
    /// Answers the operation as a query at its place in the total order: what an unordered read falls back to.
    /// </summary>
    OrderedQuery = 2,
}

/// <summary>
/// One operation of a session, as its client made it. <see cref="Body"/> is what the client authenticates; the
/// authentication beside it is a vector of MACs (one per replica, each under the key the client shares with that
/// replica), a signature, or both.
/// </summary>
internal sealed class Request
{
    public required SessionId Session { get; init; }

    /// <summary>From 1, without gaps: requests of a session execute in this order.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>
    /// How many operations of the session, up to this one, its client still waited for when it made this one: the
    /// client does not need the replies to those before.
    /// </summary>
    public required ulong Outstanding { get; init; }

    public required RequestKind Kind { get; init; }

    /// <summary>
    /// The replicas that send their replies unasked. The others keep it and send it when the request is sent to them
    /// directly.
    /// </summary>
    public required ReplicaSet Repliers { get; init; }

    /// <summary>The replica that sends the whole result; the other repliers may send its digest.</summary>
    public required ReplicaId FullReplier { get; init; }

    /// <summary>
    /// One message with the reply of the full replier and the other repliers' MACs over it is cheaper to its client
    /// than a reply of each.
    /// </summary>
    public bool WantsOneReply { get; init; }

    public required ReadOnlyMemory<byte> Operation { get; init; }

    /// <summary>The canonical encoding of everything above.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>BLAKE2b of <see cref="Body"/>.</summary>
    public required Digest Digest { get; init; }

    /// <summary>n MACs of <see cref="MacBytes"/> each, or empty.</summary>
    public ReadOnlyMemory<byte> Macs { get; init; }

    /// <summary>An Ed25519 signature, or empty.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Every replica can check it, so it can be held against a leader that does not propose it.</summary>
    public bool IsSigned => !Signature.IsEmpty;

    public const int MacBytes = 16;
    public const int SignatureBytes = 64;

    /// <summary>
    /// Results of ordered queries up to this many bytes are sent whole by every replier, as replicas keep no replies to
    /// them: if one was to send it and did not, the query would have to be ordered anew.
    /// </summary>
    public const int WholeQueryBytesMax = 1 << 10;

    /// <summary>What an encoded request takes beyond its operation and MACs, at most.</summary>
    public const int OverheadBytesMax = 160;

    /// <summary>Bytes this request adds to a batch, at most.</summary>
    public int SizeBytes => Body.Length + Macs.Length + Signature.Length + 16;
}
