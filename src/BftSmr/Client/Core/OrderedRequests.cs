using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Keys;
using BftSmr.Messages;

namespace BftSmr.Client.Core;

/// <summary>Makes the requests of ordered operations, and the authentication beside them.</summary>
internal sealed class OrderedRequests(ClientSettings settings, IKeyring keyring, ClientStatistics statistics)
{
    /// <summary>
    /// The first request of an operation that has its number. To a query all replicas reply, each for itself: one that
    /// comes here has failed unordered, and no reply to it is kept, so it must not need a second attempt because one
    /// replica is silent or lies.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="preferred">The replicas that are to reply unasked to a command.</param>
    /// <param name="fullReplier">The one of them that sends the whole result.</param>
    /// <param name="outstanding">Operations of the session under way, up to this one.</param>
    /// <param name="fast">It goes to the leader only.</param>
    /// <param name="wantsOneReply">One reply for all repliers is cheaper.</param>
    public Request Create(
        SessionId session, ClientOperation operation, ReplicaSet preferred, ReplicaId fullReplier, ulong outstanding,
        bool fast, bool wantsOneReply)
    {
        bool macs = settings.Authentication == RequestAuthentication.Mac;
        bool sign = !fast || !macs;
        if (sign) statistics.SignedFromStart++;
        bool isQuery = operation.Kind == OperationKind.Query;
        Request request = RequestCodec.Create(
            session, operation.Sequence, KindOf(operation.Kind),
            isQuery ? ReplicaSet.AllOf(settings.Quorums.Replicas) : preferred, fullReplier, operation.Payload,
            outstanding, wantsOneReply && fast && !isQuery);
        return RequestCodec.Authenticate(request, keyring, settings.Quorums.Replicas, macs, sign);
    }

    /// <summary>The same request so that every replica can verify it.</summary>
    public Request Signed(Request request) => request.IsSigned
        ? request
        : RequestCodec.Authenticate(request, keyring, settings.Quorums.Replicas, macs: false, signature: true);

    /// <summary>
    /// What takes a refused request's number: it does nothing, and every client may ask for it, so those behind it can
    /// go on.
    /// </summary>
    public static Request FillerOf(Request refused) => RequestCodec.Create(
        refused.Session, refused.Sequence, RequestKind.Open, refused.Repliers, refused.FullReplier, default,
        refused.Outstanding);

    /// <summary>Whether a refusal means this request, rather than another one that had its number before.</summary>
    public static bool IsRefused(Request request, Reply refusal) =>
        !refusal.IsDigest
            && refusal.Result.Length == Digest.Size
            && new Digest(refusal.Result.Span) == request.Digest;

    private static RequestKind KindOf(OperationKind kind) => kind switch
    {
        OperationKind.Command => RequestKind.Command,
        OperationKind.Query => RequestKind.OrderedQuery,
        _ => RequestKind.Open,
    };
}
