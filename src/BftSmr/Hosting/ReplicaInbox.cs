using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using BftCloud.Links;
using BftCloud.Primitives;
using BftSmr.Core;

namespace BftSmr.Hosting;

/// <summary>
/// What waits for a replica's loop. Each replica and each client identity has a lane of its own, whatever the number of
/// its links; a replica's bulk has another one. What comes from a link waits as it came: to decode it and to check its
/// signatures is work that counts against its sender. Of a client that does not take its replies nothing is taken: its
/// requests wait here, then in its socket. Any thread posts and releases; one takes, defers and charges.
/// </summary>
internal sealed class ReplicaInbox
{
    /// <summary>Answers to reads that wait for the turn of their client; more are dropped.</summary>
    public const int ReadsPerClientMax = 1024;

    /// <summary>Bytes of one replica that wait: beyond, its link is not read.</summary>
    private const int PeerBytesMax = 8 << 20;

    /// <summary>The same of its link for bulk.</summary>
    private const int BulkBytesMax = 2 << 20;

    /// <summary>
    /// What a byte of a reply counts for: to copy, seal and send it happens later, together with others'.
    /// </summary>
    private const long NanosecondsPerReplyByte = 1;

    private const long QuantumMicros = 200;

    private static readonly long s_ticksPerMicro = Stopwatch.Frequency / 1_000_000;

    private readonly ConcurrentQueue<object> _control = new();
    private readonly FairQueue<ClientItem> _clients = new(QuantumMicros * s_ticksPerMicro);

    // No more than there are admitted clients.
    private readonly ConcurrentDictionary<ClientId, ClientLane> _clientLanes = new();
    private readonly List<ClientItem> _held = [];
    private ClientLane? _served;
    private ClientLane? _charged;
    private int _installations;

    /// <summary>An inbox for so many replicas.</summary>
    public ReplicaInbox(int replicas)
    {
        Peers = new PeerQueue(replicas, PeerBytesMax, QuantumMicros * s_ticksPerMicro);
        Bulk = new PeerQueue(replicas, BulkBytesMax, QuantumMicros * s_ticksPerMicro);
    }

    /// <summary>What came on the links of the other replicas, but for bulk.</summary>
    public PeerQueue Peers { get; }

    /// <summary>What came on their links for bulk.</summary>
    public PeerQueue Bulk { get; }

    /// <summary>Something may be taken.</summary>
    public bool HasNext => !_control.IsEmpty || Peers.HasNext || _clients.HasNext || Bulk.HasNext;

    /// <summary>Time that has passed, in the unit of charges.</summary>
    public static long NowTicks => Stopwatch.GetTimestamp();

    public static long TicksOf(long micros) => micros * s_ticksPerMicro;

    /// <summary>An input, an effect, an action or an exception of the replica's own.</summary>
    public void Post(object subject) => _control.Enqueue(subject);

    /// <summary>
    /// A client's frame. Its link is not read while <paramref name="room"/> is incomplete. False if it was dropped.
    /// </summary>
    public bool TryPost(ClientLink link, ReadOnlyMemory<byte> frame, out ValueTask room)
    {
        ClientLane lane = LaneOf(link.Client, link.Unsent);
        if (!link.Backlog.TryAdd(frame.Length, out room)) return false;
        _clients.Add(lane.Items, new ClientItem(lane, link, frame, null, 0));
        return true;
    }

    /// <summary>
    /// A read that is to be answered, in its client's turn: several may become due at once. False if it was dropped, as
    /// too many of this client wait.
    /// </summary>
    /// <param name="read">The read.</param>
    /// <param name="isHeld">It waits for <see cref="ReleaseReads"/> first.</param>
    public bool TryDefer(AnswerReadEffect read, bool isHeld)
    {
        ClientLane lane = LaneOf(read.Client, null);
        if (lane.DeferredReads >= ReadsPerClientMax) return false;
        lane.DeferredReads++;
        ClientItem item = new(lane, null, default, read, _installations);
        if (isHeld) _held.Add(item);
        else _clients.Add(lane.Items, item);
        return true;
    }

    /// <summary>Reads that were held wait for the turns of their clients.</summary>
    public void ReleaseReads()
    {
        foreach (ClientItem item in _held) _clients.Add(item.Lane.Items, item);
        _held.Clear();
    }

    /// <summary>The client's turn is now: what is done for it need not wait.</summary>
    public bool IsTurnOf(ClientId client) => _served?.Client == client;

    /// <summary>The state is replaced: reads that wait were to be answered on the one before.</summary>
    public void ForgetReads() => _installations++;

    /// <summary>The client has taken replies.</summary>
    public void Release(ClientId client)
    {
        if (_clientLanes.TryGetValue(client, out ClientLane? lane)) _clients.Release(lane.Items);
    }

    public bool TryTakeControl([NotNullWhen(true)] out object? subject) => _control.TryDequeue(out subject);

    /// <summary>
    /// What is to be done next for a client: a frame with its link, or a read to be answered. It is the client's turn
    /// until <see cref="EndTurn"/>.
    /// </summary>
    public bool TryTakeClient(out ClientLink? link, out ReadOnlyMemory<byte> frame, out AnswerReadEffect? read)
    {
        while (_clients.TryTake(out _, out ClientItem item))
        {
            (_served, link, frame, read) = (item.Lane, item.Link, item.Frame, item.Read);
            link?.Backlog.Take(frame.Length);
            if (read is null) return true;
            item.Lane.DeferredReads--;
            if (item.Installations == _installations) return true;
        }
        (_served, link, frame, read) = (null, null, default, null);
        return false;
    }

    /// <summary>The turn of the client that was taken from is over; it took so long.</summary>
    public void EndTurn(long ticks)
    {
        Invariant.Holds(_served is not null, "a turn that ends has begun");
        _served.Items.Charge(ticks);
        _served = null;
    }

    /// <summary>Work for a client took so long.</summary>
    public void Charge(ClientId client, long ticks)
    {
        if (_charged?.Client != client && !_clientLanes.TryGetValue(client, out _charged)) return;
        _charged.Items.Charge(ticks);
    }

    /// <summary>A reply of so many bytes goes to a client.</summary>
    public void ChargeReply(ClientId client, int bytes) =>
        Charge(client, bytes * NanosecondsPerReplyByte * s_ticksPerMicro / 1000);

    private ClientLane LaneOf(ClientId client, RemoteBudget? unsent)
    {
        if (!_clientLanes.TryGetValue(client, out ClientLane? lane))
            lane = _clientLanes.GetOrAdd(client, static id => new ClientLane(id));
        if (lane.Unsent is null && unsent is not null) lane.Unsent = unsent;
        return lane;
    }

    /// <summary>The lane of a client identity, and what it has not taken.</summary>
    private sealed class ClientLane
    {
        public ClientLane(ClientId client)
        {
            Client = client;
            Items = new FairLane<ClientItem>(() => Unsent is { IsBehind: true });
        }

        public ClientId Client { get; }

        public FairLane<ClientItem> Items { get; }

        /// <summary>The loop's.</summary>
        public int DeferredReads { get; set; }

        /// <summary>What waits to be sent on all links of the identity; null until one was up.</summary>
        public RemoteBudget? Unsent { get; set; }
    }

    /// <summary>A frame of a link, or a read that is due.</summary>
    private readonly record struct ClientItem(
        ClientLane Lane, ClientLink? Link, ReadOnlyMemory<byte> Frame, AnswerReadEffect? Read, int Installations);
}
