using System.Runtime.InteropServices;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Keys;
using BftSmr.Instances;
using BftSmr.Messages;
using BftSmr.Ordering;

namespace BftSmr.Execution;

/// <summary>
/// One reply for all repliers of a request that wants it so. The repliers of a request send its full replier a MAC over
/// what they would have told the client: their reply share. The shares for all requests of an instance go in one
/// message. The full replier passes them on with its own reply. The client receives one message rather than f+1.
/// <para>
/// Which requests this goes for, and in which order the MACs are, follows from the decided batch: it is the same at all
/// correct replicas. A MAC that is missing, or wrong, costs the client time and nothing else: without f+1 equal replies
/// it asks all replicas.
/// </para>
/// <para>
/// Invariants: the replies of one instance are collected at a time, in the order of instances; a replica gives reply
/// shares only where it is a replier; a complete reply has the reply shares of all other repliers; the replies held are
/// bounded, and counted in and out alike.
/// </para>
/// </summary>
internal sealed class ReplyVouching
{
    /// <summary>
    /// A reply that was sent without a reply share is sent again when the last one comes, unless that takes longer than
    /// this: by then the client has asked all replicas.
    /// </summary>
    private const long KeptMicros = 1_000_000;

    private const int HeldInstancesMax = 256;
    private const long HeldBytesMax = 16 << 20;

    private readonly ReplicaContext _context;
    private readonly DecidedLog _log;
    private readonly IOrdering _ordering;
    private readonly List<byte>[] _macs;
    private readonly Queue<Vouch>[] _early;
    private readonly Instance[] _latest;
    private readonly LinkedList<HeldReplies> _held = new();

    // A reply that lacks a reply share after this time is sent without it: so the client learns which is missing.
    private readonly SharePatience _patience;
    private Instance _instance;
    private bool _isVouched;
    private HeldReplies? _collected;
    private long _heldBytes;

    public ReplyVouching(ReplicaContext context, DecidedLog log, IOrdering ordering)
    {
        (_context, _log, _ordering) = (context, log, ordering);
        int replicas = context.Quorums.Replicas;
        _macs = [.. Enumerable.Range(0, replicas).Select(static _ => new List<byte>())];
        _early = [.. Enumerable.Range(0, replicas).Select(static _ => new Queue<Vouch>())];
        _latest = new Instance[replicas];
        _patience = new SharePatience(context.Quorums, SharePatience.LeastMicros);
    }

    /// <summary>When <see cref="Tick"/> is due.</summary>
    public long NextDeadlineMicros { get; private set; } = long.MaxValue;

    /// <summary>
    /// So many commands were executed with an instance; each of them is offered to <see cref="TryTake"/>, in order.
    /// </summary>
    public void Begin(Instance instance, int commands)
    {
        Invariant.Holds(
            _collected is null && instance > _instance, "replies are collected for one instance after the other");
        _instance = instance;
        _isVouched = commands >= _context.Settings.VouchedRepliesMin;
        if (_isVouched) _collected = new HeldReplies(instance, _context.Now.MonotonicMicros, _context.Quorums.Replicas);
    }

    /// <summary>
    /// Whether the client is answered by way of the request's full replier. That passes the reply shares on even if the
    /// client, having asked it itself, had its reply before: the other repliers cannot know.
    /// </summary>
    public bool TryTake(Request request, in Outcome outcome)
    {
        ReplicaSet others = request.Repliers.Without(request.FullReplier);
        if (!_isVouched || !request.WantsOneReply || others.IsEmpty || others == request.Repliers) return false;
        if (request.FullReplier == _context.Self)
            _collected!.Add(new HeldReply(request.Session, request.Sequence, outcome, others));
        else if (others.Contains(_context.Self)) Vouch(request, outcome);
        return true;
    }

    /// <summary>All commands of the instance were offered.</summary>
    public void End()
    {
        if (!_isVouched) return;
        for (int i = 0; i < _macs.Length; i++)
        {
            if (_macs[i].Count == 0) continue;
            _context.Effects.Send(new ReplicaId(i), new Vouch(_instance, _macs[i].ToArray()));
            _macs[i].Clear();
        }
        HeldReplies collected = _collected!;
        _collected = null;
        if (collected.Replies.Count == 0) return;
        _held.AddLast(collected);
        _heldBytes += collected.ResultBytes;
        for (int i = 0; i < _early.Length; i++)
        {
            DropEarly(_early[i], _log.LastExecuted);
            if (_early[i].TryPeek(out Vouch? early) && early.Instance == _instance)
                Take(collected, new ReplicaId(i), _early[i].Dequeue().Macs);
        }
        while (_held.Count > HeldInstancesMax || _heldBytes > HeldBytesMax) Forget(_held.First!.Value);
        Arm();
    }

    /// <summary>What another replier says. It may have executed the instance before this replica did.</summary>
    public void OnVouch(ReplicaId from, Vouch message)
    {
        if (message.Instance > _log.LastExecuted)
        {
            Queue<Vouch> early = _early[from.Value];
            DropEarly(early, _log.LastExecuted);
            if (message.Instance - _log.LastExecuted > _log.HorizonInstances || message.Instance <= _latest[from.Value])
            {
                _context.Effects.Reject(from, RejectReason.OutsideWindow);
                return;
            }
            _latest[from.Value] = message.Instance;
            early.Enqueue(message);
            Invariant.Holds(
                early.Count <= _log.HorizonInstances, "reply shares are kept for so many instances ahead, and no more");
            return;
        }
        if (Find(message.Instance) is not { } held) return; // answered, or given up, long ago
        Take(held, from, message.Macs);
        Arm();
    }

    /// <summary>Sends what has waited for long enough, and forgets what has waited for too long.</summary>
    public void Tick()
    {
        long now = _context.Now.MonotonicMicros;
        if (now < NextDeadlineMicros) return;
        while (_held.First is { } first && now >= first.Value.SinceMicros + KeptMicros) Forget(first.Value);
        foreach (HeldReplies held in _held)
        {
            if (now < held.SinceMicros + _patience.Micros) break;
            if (!held.IsStated) State(held);
        }
        Arm();
    }

    private void Vouch(Request request, in Outcome outcome)
    {
        Invariant.Holds(
            request.FullReplier != _context.Self && request.Repliers.Contains(_context.Self),
            "a replica gives a reply share for what it would have told the client itself");
        Span<byte> statement = stackalloc byte[VoucherStatement.Bytes];
        VoucherStatement.Write(
            request.Session.Nonce, request.Sequence, outcome.Status, Blake2b.Hash(outcome.Result.Span), statement);
        List<byte> macs = _macs[request.FullReplier.Value];
        CollectionsMarshal.SetCount(macs, macs.Count + Request.MacBytes);
        _context.Keyring.MacForClient(
            request.Session.Client, statement, CollectionsMarshal.AsSpan(macs)[^Request.MacBytes..]);
    }

    /// <summary>Takes a replica's MACs for an instance, and sends the replies that are complete with them.</summary>
    private void Take(HeldReplies held, ReplicaId from, ReadOnlyMemory<byte> macs)
    {
        if (held.Macs[from.Value].Length > 0) return;
        if (macs.Length != held.CountOf(from) * Request.MacBytes)
        {
            _context.Effects.Reject(from, RejectReason.Unsolicited);
            return;
        }
        held.Macs[from.Value] = macs;
        _patience.Measure(from, _context.Now.MonotonicMicros - held.SinceMicros);
        Send(held, incomplete: false);
        if (held.Unsent == 0) Remove(held);
    }

    private void State(HeldReplies held)
    {
        held.IsStated = true;
        Send(held, incomplete: true);
    }

    private void Forget(HeldReplies held)
    {
        if (!held.IsStated) State(held);
        Remove(held);
    }

    /// <summary>Sends the replies that are complete and were not sent before, or those that are not complete.</summary>
    private void Send(HeldReplies held, bool incomplete)
    {
        Span<int> next = stackalloc int[held.Macs.Length];
        next.Clear();
        foreach (ref HeldReply reply in CollectionsMarshal.AsSpan(held.Replies))
        {
            ReplicaSet heard = reply.Others;
            foreach (ReplicaId other in reply.Others)
            {
                if (held.Macs[other.Value].Length == 0) heard = heard.Without(other);
                next[other.Value]++;
            }
            if (reply.IsSent || heard != reply.Others != incomplete) continue;
            Invariant.Holds(
                !reply.Others.IsEmpty && !reply.Others.Contains(_context.Self),
                "the full replier passes on the reply shares of the other repliers");
            _context.Effects.Add(new ReplyEffect(
                reply.Session.Client,
                new Reply(
                    reply.Session.Nonce, reply.Sequence, _ordering.Regency, reply.Outcome.Status, IsDigest: false,
                    reply.Outcome.Result)
                {
                    Vouchers = new Vouchers(heard, MacsOf(held, heard, next)),
                }));
            if (incomplete) continue;
            reply.IsSent = true;
            held.Unsent--;
        }
        Invariant.Holds(held.Unsent >= 0, "a reply is complete once");
    }

    /// <summary>The MACs of these replicas, each the one before its next.</summary>
    private static ReadOnlyMemory<byte> MacsOf(HeldReplies held, ReplicaSet replicas, ReadOnlySpan<int> next)
    {
        if (replicas.Count == 1) return MacOf(held, replicas.First(), next);
        byte[] macs = new byte[replicas.Count * Request.MacBytes];
        Span<byte> room = macs;
        foreach (ReplicaId replica in replicas)
        {
            MacOf(held, replica, next).Span.CopyTo(room);
            room = room[Request.MacBytes..];
        }
        return macs;
    }

    private static ReadOnlyMemory<byte> MacOf(HeldReplies held, ReplicaId replica, ReadOnlySpan<int> next) =>
        held.Macs[replica.Value].Slice((next[replica.Value] - 1) * Request.MacBytes, Request.MacBytes);

    private void Remove(HeldReplies held)
    {
        if (_held.Remove(held)) _heldBytes -= held.ResultBytes;
        Invariant.Holds(
            _heldBytes >= 0 && (_held.Count > 0 || _heldBytes == 0), "held replies are counted in and out alike");
    }

    private HeldReplies? Find(Instance instance)
    {
        for (LinkedListNode<HeldReplies>? node = _held.Last;
            node is not null && node.Value.Instance >= instance;
            node = node.Previous)
        {
            if (node.Value.Instance == instance) return node.Value;
        }
        return null;
    }

    private static void DropEarly(Queue<Vouch> early, Instance upTo)
    {
        while (early.TryPeek(out Vouch? vouch) && vouch.Instance <= upTo) early.Dequeue();
    }

    private void Arm()
    {
        NextDeadlineMicros = long.MaxValue;
        if (_held.First is not { } first) return;
        NextDeadlineMicros = first.Value.SinceMicros + KeptMicros;
        foreach (HeldReplies held in _held)
        {
            if (held.IsStated) continue;
            NextDeadlineMicros = Math.Min(NextDeadlineMicros, held.SinceMicros + _patience.Micros);
            return;
        }
    }

    /// <summary>The replies of one instance that wait for reply shares, in the order of its commands.</summary>
    private sealed class HeldReplies(Instance instance, long sinceMicros, int replicas)
    {
        private readonly int[] _counts = new int[replicas];

        public Instance Instance { get; } = instance;
        public long SinceMicros { get; } = sinceMicros;
        public List<HeldReply> Replies { get; } = [];

        /// <summary>By replica; empty as long as they have not come.</summary>
        public ReadOnlyMemory<byte>[] Macs { get; } = new ReadOnlyMemory<byte>[replicas];

        public long ResultBytes { get; private set; }
        public int Unsent { get; set; }

        /// <summary>The incomplete ones have been sent as they were.</summary>
        public bool IsStated { get; set; }

        public void Add(in HeldReply reply)
        {
            Replies.Add(reply);
            ResultBytes += reply.Outcome.Result.Length;
            Unsent++;
            foreach (ReplicaId other in reply.Others) _counts[other.Value]++;
        }

        /// <summary>Replies for which a replica gives its reply share.</summary>
        public int CountOf(ReplicaId replica) => _counts[replica.Value];
    }

    private record struct HeldReply(SessionId Session, ulong Sequence, Outcome Outcome, ReplicaSet Others)
    {
        /// <summary>With all reply shares.</summary>
        public bool IsSent { get; set; }
    }
}
