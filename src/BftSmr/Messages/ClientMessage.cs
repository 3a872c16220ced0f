using BftCloud.Primitives;

namespace BftSmr.Messages;

/// <summary>What clients and replicas send each other over authenticated links.</summary>
internal abstract record ClientMessage;

/// <summary>Client to replica, once per link and session: replies to this session go to this link.</summary>
internal sealed record Attach(ulong Nonce) : ClientMessage;

/// <summary>Client to replica: an operation to order.</summary>
internal sealed record Submit(Request Request) : ClientMessage;

/// <summary>
/// Client to replica: an unordered read. Not part of the session's sequence; <paramref name="ReadId"/> only pairs
/// answers.
/// </summary>
internal sealed record Read(ulong Nonce, ulong ReadId, bool WantsFull, ReadOnlyMemory<byte> Operation) : ClientMessage
{
    /// <summary>
    /// A larger query is not relayed to others, in bytes: a client must not fill the links between replicas with them.
    /// </summary>
    public const int RelayedBytesMax = 1024;

    /// <summary>
    /// The co-signers whose reply shares the receiver is to send along with its own reply; empty if it answers alone.
    /// </summary>
    public ReplicaSet Seconders { get; init; }

    /// <summary>The client's MACs for them, in their order.</summary>
    public ReadOnlyMemory<byte> Macs { get; init; }
}

/// <summary>How an operation ended.</summary>
internal enum ReplyStatus
{
    /// <summary>Executed; the result is the service's reply.</summary>
    Ok = 0,

    /// <summary>The service failed the operation; the result is its message in UTF-8.</summary>
    Failed = 1,

    /// <summary>
    /// The session is not, or no longer, open: the operation was not executed now and never will be; it may have been
    /// before the eviction.
    /// </summary>
    SessionExpired = 2,

    /// <summary>Executed earlier, but the reply is no longer kept.</summary>
    ReplyForgotten = 3,

    /// <summary>The reply exceeds the limit of the cluster; the operation did execute.</summary>
    ReplyTooLarge = 4,

    /// <summary>
    /// The client lacks the right to it: it was not executed now and never will be. The result of an ordered operation
    /// is the digest of its request, as the client may give its number to another one.
    /// </summary>
    NotPermitted = 5,
}

/// <summary>Replica to client: the outcome of an ordered operation.</summary>
/// <param name="Nonce">The session's nonce.</param>
/// <param name="Sequence">The operation's sequence number.</param>
/// <param name="Regency">The sender's regency, so that the client learns the leader.</param>
/// <param name="Status">How it ended.</param>
/// <param name="IsDigest">The result is the 32-byte BLAKE2b of the result rather than the result itself.</param>
/// <param name="Result">The result or its digest.</param>
internal sealed record Reply(
    ulong Nonce, ulong Sequence, Regency Regency, ReplyStatus Status, bool IsDigest,
    ReadOnlyMemory<byte> Result) : ClientMessage
{
    /// <summary>
    /// The reply shares of the other repliers, which the sender passes on; null if each of them answers itself.
    /// </summary>
    public Vouchers? Vouchers { get; init; }
}

/// <summary>MACs of other replicas over what a reply states, for its client to check.</summary>
/// <param name="From">The replicas that there is one of.</param>
/// <param name="Macs">The MACs, in the order of their replicas.</param>
internal readonly record struct Vouchers(ReplicaSet From, ReadOnlyMemory<byte> Macs);

/// <summary>Replica to client: the answer to an unordered read.</summary>
internal sealed record ReadReply(
    ulong Nonce, ulong ReadId, Regency Regency, ReplyStatus Status, bool IsDigest,
    ReadOnlyMemory<byte> Result) : ClientMessage
{
    /// <summary>
    /// What other replicas say of it, sorted strictly by replica; null if the sender was not asked for that.
    /// </summary>
    public IReadOnlyList<ReadVoucher>? Vouchers { get; init; }
}

/// <summary>
/// What a replica would have answered to a read, under a MAC for its client to check: its reply share.
/// </summary>
/// <param name="From">The replica whose reply share it is.</param>
/// <param name="Status">How the read ended.</param>
/// <param name="Result">The BLAKE2b of the result.</param>
/// <param name="Mac">16 bytes, under the key that the replica shares with the client.</param>
internal readonly record struct ReadVoucher(
    ReplicaId From, ReplyStatus Status, Digest Result, ReadOnlyMemory<byte> Mac);
