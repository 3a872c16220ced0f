using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Sessions;
using BftSmr.Settings;

namespace BftSmr.Requests;

/// <summary>
/// Requests between their arrival and their execution. As the leader a replica proposes from here, each session in its
/// order; as a follower it keeps what clients sent it directly, holds it against the leader, and proposes it should it
/// become the leader. Invariants: at most <see cref="ReplicaSettings.PendingRequestsMax"/> and
/// <see cref="ReplicaSettings.PendingBytesMax"/> are taken in (a signature that comes later is kept all the same). Of
/// one client identity no more are taken in than there is room left for all others: k greedy clients leave a (k+1)-th
/// of the room free. What waits behind a gap gives way to a signed request of the same client. What requests take is
/// counted in and out alike. A session is known only while something of it is, or was lately. A replica holds only a
/// signed request, which every replica can verify, against a leader, and only if it is next in its session.
/// </summary>
internal sealed class RequestPool(ReplicaContext context, BatchPacing pacing)
{
    /// <summary>Queues kept although they are empty.</summary>
    private const int IdleQueuesMax = 8192;

    private readonly Dictionary<SessionId, SessionQueue> _queues = [];
    private readonly Dictionary<ClientId, RequestLoad> _loadByClient = [];
    private readonly SignatureDuty _duty = new(context);
    private readonly Queue<Request> _ready = new();
    private bool _isLeading;
    private long _closingsSeen;
    private RequestLoad _load;

    public int Count => _load.Requests;

    /// <summary>Their size with their authentication.</summary>
    public long Bytes => _load.Bytes;

    /// <summary>Sessions of which something is kept, or was lately.</summary>
    public int SessionsKnown => _queues.Count;

    /// <summary>As the leader: requests whose turn in their session has come.</summary>
    public int ReadyCount => _ready.Count;

    /// <summary>What they cost (<see cref="BatchPacing.WeightOf"/>).</summary>
    public long ReadyWeight { get; private set; }

    /// <summary>Requests that can be held against a leader.</summary>
    public bool HasSigned => _load.Signed > 0;

    public SessionTable Sessions { get; set; } = new(context.Settings);

    /// <summary>Takes a request in; false, with a counted reason, if it is not kept.</summary>
    public bool TryAdmit(Request request, bool isDirect)
    {
        if (!context.Permission.Permits(request)) return Reject(request, RejectReason.NotPermitted);
        if (!request.IsSigned && _duty.IsOf(request.Session.Client))
            return Reject(request, RejectReason.BadAuthentication);
        ulong executed = Sessions.Find(request.Session)?.LastSequence ?? 0;
        if (request.Sequence <= executed || Sessions.IsGone(request.Session)) return false;
        if (request.Sequence - executed > (ulong)context.Settings.SessionWindow)
            return Reject(request, RejectReason.OutsideSession);
        SessionQueue? queue = _queues.GetValueOrDefault(request.Session);
        if (queue?.Find(request.Sequence) is { } known)
        {
            Merge(known, request, isDirect);
            return true;
        }
        if (!HasRoomFor(request))
        {
            if (!request.IsSigned || !TryMakeRoomFor(request)) return Reject(request, RejectReason.Overloaded);
            queue = _queues.GetValueOrDefault(request.Session);
        }
        if (queue is null) _queues.Add(request.Session, queue = new SessionQueue());
        queue.NextReady = Math.Max(queue.NextReady, executed + 1);
        queue.Add(new PendingRequest(request, context.Now.MonotonicMicros) { IsDirect = isDirect });
        Keep(request.Session, RequestLoad.Of(request));
        Invariant.Holds(
            _load.Requests <= context.Settings.PendingRequestsMax && _load.Bytes <= context.Settings.PendingBytesMax,
            "no more is taken in than there is room for");
        MakeReady(queue);
        return true;
    }

    private bool HasRoomFor(Request request)
    {
        RequestLoad ofClient = _loadByClient.GetValueOrDefault(request.Session.Client);
        return ofClient.Requests < context.Settings.PendingRequestsMax - _load.Requests
            && ofClient.Bytes + request.SizeBytes <= context.Settings.PendingBytesMax - _load.Bytes;
    }

    /// <summary>
    /// A signed request may be held against a leader that does not take it. So it takes the place of what its client
    /// has sent behind gaps, which no leader may propose: a client cannot fill its share with that.
    /// </summary>
    private bool TryMakeRoomFor(Request request)
    {
        foreach ((SessionId id, SessionQueue queue) in
            _queues.Where(q => q.Key.Client == request.Session.Client).ToList())
        {
            Forget(id, queue.RemoveBehindGap());
            if (queue.Pending.Count == 0) _queues.Remove(id);
        }
        return HasRoomFor(request);
    }

    /// <summary>
    /// The same operation again: a signature makes it one that can be held against the leader, from now on.
    /// </summary>
    private void Merge(PendingRequest known, Request request, bool isDirect)
    {
        known.IsDirect |= isDirect;
        if (known.Request.IsSigned || !request.IsSigned) return;
        Keep(request.Session, RequestLoad.Of(request) - RequestLoad.Of(known.Request));
        known.Request = request;
        known.SinceMicros = context.Now.MonotonicMicros;
    }

    private bool Reject(Request request, RejectReason reason)
    {
        context.Effects.Reject(request.Session.Client, reason);
        return false;
    }

    /// <summary>
    /// The turn of these requests has come. A request is held against the leader from now on, not since it arrived: a
    /// client that fills a gap in a session of its own that is minutes old must not make all replicas lose patience at
    /// once.
    /// </summary>
    private void MakeReady(SessionQueue queue, bool isNews = true)
    {
        while (queue.Find(queue.NextReady) is { } next)
        {
            if (_isLeading) Ready(queue, next.Request);
            if (isNews) next.SinceMicros = context.Now.MonotonicMicros;
            queue.NextReady++;
        }
    }

    private void Ready(SessionQueue queue, Request request)
    {
        Invariant.Holds(request.Sequence == queue.NextReady, "the requests of a session become ready in its order");
        _ready.Enqueue(request);
        ReadyWeight += BatchPacing.WeightOf(request);
        pacing.NoteReady(context.Now.MonotonicMicros);
        long epoch = pacing.EpochAt(context.Now.MonotonicMicros);
        if (queue.ActiveEpoch == epoch) return;
        queue.ActiveEpoch = epoch;
        pacing.NoteActive();
    }

    /// <summary>Takes the next batch's worth of ready requests: as many as a batch may hold.</summary>
    public List<Request> TakeBatch()
    {
        int requestsMax = context.Settings.BatchRequestsMax;
        List<Request> batch = new(Math.Min(_ready.Count, requestsMax));
        int bytes = 0;
        while (batch.Count < requestsMax && _ready.TryPeek(out Request? next))
        {
            if (batch.Count > 0 && bytes + next.SizeBytes > context.Settings.BatchBytesMax) break;
            _ready.Dequeue();
            ReadyWeight -= BatchPacing.WeightOf(next);
            if (next.Sequence <= (Sessions.Find(next.Session)?.LastSequence ?? 0)) continue;
            if (!next.IsSigned && _duty.IsNamed(next.Session.Client)) continue;
            batch.Add(next);
            bytes += next.SizeBytes;
        }
        Invariant.Holds(
            batch.Count <= 1 || (batch.Count <= requestsMax && bytes <= context.Settings.BatchBytesMax),
            "a batch of more than one request is within its bounds");
        Invariant.Holds(
            ReadyWeight >= 0 && (_ready.Count > 0 || ReadyWeight == 0), "what is ready weighs what was counted for it");
        return batch;
    }

    /// <summary>
    /// A request was decided and dealt with: whether its client is owed a reply from here in any case.
    /// </summary>
    public bool Settle(Request request)
    {
        if (!_queues.TryGetValue(request.Session, out SessionQueue? queue)) return false;
        bool isDirect = queue.Find(request.Sequence)?.IsDirect ?? false;
        Forget(request.Session, queue.RemoveUpTo(request.Sequence));
        queue.NextReady = Math.Max(queue.NextReady, request.Sequence + 1);
        if (queue.Pending.Count > 0) MakeReady(queue);
        else if (_queues.Count > IdleQueuesMax) _queues.Remove(request.Session);
        return isDirect;
    }

    private void Keep(SessionId session, RequestLoad added)
    {
        _load += added;
        _loadByClient[session.Client] = _loadByClient.GetValueOrDefault(session.Client) + added;
    }

    private void Forget(SessionId session, RequestLoad removed)
    {
        if (removed == default) return;
        _load -= removed;
        RequestLoad left = _loadByClient[session.Client] - removed;
        Invariant.Holds(
            left.Requests >= 0 && (left.Requests > 0 || left == default) && _load.Requests >= left.Requests,
            "what requests take is counted in and out alike");
        if (left == default) _loadByClient.Remove(session.Client);
        else _loadByClient[session.Client] = left;
    }

    /// <summary>
    /// What was proposed may have been lost with a regency: everything pending is ready again, oldest first within what
    /// the sessions' order allows.
    /// </summary>
    public void Rebuild(bool isLeading)
    {
        _isLeading = isLeading;
        _ready.Clear();
        ReadyWeight = 0;
        IEnumerable<KeyValuePair<SessionId, SessionQueue>> oldestFirst = _queues
            .OrderBy(q => q.Value.Pending.Count == 0 ? long.MaxValue : q.Value.Pending[0].SinceMicros)
            .ThenBy(q => q.Key);
        foreach ((SessionId id, SessionQueue queue) in oldestFirst.ToList())
        {
            if (Sessions.IsGone(id))
            {
                Remove(id, queue);
                continue;
            }
            ulong executed = Sessions.Find(id)?.LastSequence ?? 0;
            Forget(id, queue.RemoveUpTo(executed));
            if (_duty.IsOf(id.Client)) Forget(id, queue.RemoveUnsigned());
            queue.NextReady = executed + 1;
            if (queue.Pending.Count == 0) _queues.Remove(id);
            else MakeReady(queue, isNews: false);
        }
        Invariant.Holds(isLeading || _ready.Count == 0, "only the leader has requests that are ready");
    }

    /// <summary>
    /// Drops what waits for sessions that are gone: no leader will propose it, and no leader is to blame.
    /// </summary>
    public void RemoveGone()
    {
        if (_closingsSeen == Sessions.Closings) return;
        _closingsSeen = Sessions.Closings;
        foreach ((SessionId id, SessionQueue queue) in _queues.Where(q => Sessions.IsGone(q.Key)).ToList())
            Remove(id, queue);
    }

    private void Remove(SessionId id, SessionQueue queue)
    {
        Forget(id, queue.RemoveUpTo(ulong.MaxValue - 1));
        _queues.Remove(id);
    }

    /// <summary>
    /// Relays to the leader what has waited since before <paramref name="relayBefore"/>, and - at most a batch's worth
    /// at a time, each twice - what has waited for <paramref name="patienceMicros"/> and does not fill a batch. Returns
    /// what can be held against the leader. What is decided is neither relayed nor held: it only waits for the service.
    /// </summary>
    /// <param name="relayBefore">When all is relayed that arrived before.</param>
    /// <param name="patienceMicros">How long a request waits until it is relayed, if there are few.</param>
    /// <param name="regency">The regency.</param>
    /// <param name="leader">Its leader.</param>
    /// <param name="decided">What is decided and not executed.</param>
    public OverdueRequests RelayOverdue(
        long relayBefore, long patienceMicros, Regency regency, ReplicaId leader, IEnumerable<Request> decided)
    {
        if (!HasSigned) return default;
        HashSet<(SessionId, ulong)> settled = [.. decided.Select(static r => (r.Session, r.Sequence))];
        long? relayedMicros = null;
        long? oldest = null;
        long now = context.Now.MonotonicMicros;
        int early = context.Settings.BatchRequestsMax;
        foreach (SessionQueue queue in _queues.Values)
        {
            // Requests behind a gap are their client's fault; those before it are ready, in the leader's place.
            foreach (PendingRequest pending in queue.Pending)
            {
                if (pending.Request.Sequence >= queue.NextReady) break;
                if (!pending.Request.IsSigned) continue;
                if (settled.Contains((pending.Request.Session, pending.Request.Sequence))) continue;
                if (oldest is null || pending.SinceMicros < oldest) oldest = pending.SinceMicros;
                if (leader == context.Self) continue;
                bool isLate = pending.SinceMicros <= relayBefore;
                bool fillsBatch = pending.Request.SizeBytes > context.Settings.BatchBytesMax / 2;
                if (pending.RelayedIn != regency
                    && (isLate || (!fillsBatch && pending.SinceMicros <= now - patienceMicros && early-- > 0)))
                {
                    (pending.RelayedIn, pending.RelayedMicros, pending.WasRelayedTwice) = (regency, now, false);
                    context.Effects.Send(leader, new Forward(pending.Request));
                }
                else if (pending.RelayedIn == regency && !pending.WasRelayedTwice && (isLate || !fillsBatch)
                    && pending.RelayedMicros <= now - patienceMicros && early-- > 0)
                {
                    pending.WasRelayedTwice = true; // the first may have been lost with a link
                    context.Effects.Repeat(leader, new Forward(pending.Request));
                }
                if (pending.RelayedIn == regency && !fillsBatch && !(relayedMicros < pending.RelayedMicros))
                    relayedMicros = pending.RelayedMicros;
            }
        }
        return new OverdueRequests(oldest, relayedMicros);
    }

    /// <summary>
    /// Sessions of which no beginning has come for that long: their first signed requests are made ready all the same,
    /// as followers may hold them against a leader. So their clients learn that the session is not open here.
    /// </summary>
    public void ReleaseOrphans(long before)
    {
        if (!HasSigned) return;
        foreach ((SessionId id, SessionQueue queue) in _queues)
        {
            if (IsOrphan(id, queue, out PendingRequest? first) && first.SinceMicros <= before) Release(queue, first);
        }
    }

    /// <summary>A follower relays a request of this session: it has waited for the beginning long enough.</summary>
    public void ReleaseOrphan(SessionId id)
    {
        if (_queues.TryGetValue(id, out SessionQueue? queue) && IsOrphan(id, queue, out PendingRequest? first))
            Release(queue, first);
    }

    private bool IsOrphan(SessionId id, SessionQueue queue, [NotNullWhen(true)] out PendingRequest? firstSigned)
    {
        firstSigned = queue.NextReady == 1 ? queue.Pending.FirstOrDefault(p => p.Request.IsSigned) : null;
        return firstSigned is not null && Sessions.Find(id) is null;
    }

    private void Release(SessionQueue queue, PendingRequest first)
    {
        queue.NextReady = first.Request.Sequence;
        MakeReady(queue);
    }

    /// <summary>
    /// Most replicas could not authenticate what these clients have in a proposal: for a while they have to sign, or
    /// all have to. What these did not sign is dropped at once, and what others did not sign before this replica leads
    /// the next regency: a leader would propose it again and be replaced for it.
    /// </summary>
    public void RequireSignatures(IReadOnlyList<ClientId> clients)
    {
        if (!_duty.Begin(clients)) return;
        foreach ((SessionId id, SessionQueue queue) in _queues)
        {
            if (_duty.IsNamed(id.Client)) Forget(id, queue.RemoveUnsigned());
        }
    }
}
