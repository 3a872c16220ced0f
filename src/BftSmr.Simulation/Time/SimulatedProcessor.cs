using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Hosting;

namespace BftSmr.Simulation.Time;

/// <summary>
/// A replica's one thread, which takes time. What the replica itself causes - timers, executions, flushes - comes
/// before frames. Those it takes by the turns of the product's host: so many of replicas, then so many of clients, then
/// so much bulk, each by the product's <see cref="FairQueue{TItem}"/>. While an item is at work its cost adds up, and
/// what it sends leaves when that much time has passed.
/// </summary>
internal sealed class SimulatedProcessor
{
    /// <summary>Bytes of one client that may wait to be read: beyond, its link is not read.</summary>
    public const int ClientUnreadBytesMax = 64 << 10;

    /// <summary>Bytes of one replica that may wait to be read.</summary>
    public const int PeerUnreadBytesMax = 8 << 20;

    /// <summary>The same of its bulk.</summary>
    public const int BulkUnreadBytesMax = 2 << 20;

    /// <summary>Bytes that may wait to be sent to a client: beyond, nothing of it is taken.</summary>
    public const int ClientUnsentBytesMax = 1 << 20;

    /// <summary>Reads of one client that wait for its turn; more are dropped.</summary>
    public const int DeferredReadsMax = 1_024;

    // The turns, in their order.
    private const int Peers = 0, Clients = 1, Bulk = 2;

    private const int FrameOverheadBytes = 256;
    private const int TurnFramesMax = 512;
    private const long TurnNanos = 4_000_000;
    private const long BulkTurnNanos = 2_000_000;
    private const long QuantumNanos = 200_000;
    private const long LookAgainMicros = 50_000;

    private readonly World _world;
    private readonly int _replicas;
    private readonly Queue<Action> _own = new();
    private readonly Dictionary<(int Node, bool IsBulk), long> _unread = [];
    private readonly Dictionary<ClientId, ClientLane> _clientLanes = [];
    private FairQueue<Item>[] _queues = [];
    private FairLane<Item>[] _peerLanes = [], _bulkLanes = [];
    private FairLane<Item>? _atWork;
    private long _spentNanos, _laneNanos, _turnNanos, _life;
    private int _turnFrames, _turnOf;
    private bool _isAtWork, _isBusy, _isPaused;

    public SimulatedProcessor(World world, ProcessorCosts costs, int replicas)
    {
        (_world, Costs, _replicas) = (world, costs, replicas);
        ForgetFrames();
    }

    public ProcessorCosts Costs { get; }

    /// <summary>The identity behind a client's node.</summary>
    public required Func<int, ClientId> ClientOf { get; init; }

    /// <summary>Bytes that wait to be sent to a node.</summary>
    public required Func<int, long> UnsentBytes { get; init; }

    /// <summary>What the item at work has cost so far, microseconds; 0 if none is.</summary>
    public long SpentMicros => _isAtWork ? _spentNanos / 1_000 : 0;

    /// <summary>The item at work costs so much more; outside of one nothing is counted.</summary>
    public void Charge(long nanos)
    {
        if (!_isAtWork) return;
        _spentNanos += nanos;
        _laneNanos += nanos;
    }

    /// <summary>As <see cref="Charge(long)"/>, but it counts against a client, not the sender of the item.</summary>
    public void Charge(ClientId client, long nanos)
    {
        if (!_isAtWork) return;
        _spentNanos += nanos;
        if (_clientLanes.TryGetValue(client, out ClientLane? lane)) lane.Items.Charge(nanos);
    }

    /// <summary>So many bytes are read, made or sent.</summary>
    public void ChargeBytes(long bytes) => Charge(NanosOf(bytes));

    /// <summary>What it takes to read, make or send so many bytes.</summary>
    public long NanosOf(long bytes) => bytes * Costs.KibibyteNanos / 1_024;

    /// <summary>Something of the replica's own is to be done.</summary>
    public void Post(Action run)
    {
        _own.Enqueue(run);
        Work();
    }

    /// <summary>A frame arrived. False if too much of its sender waits: its link is not read.</summary>
    public bool TryPost(int from, int bytes, Action run, bool isBulk = false)
    {
        bool isPeer = from < _replicas;
        long unread = _unread.GetValueOrDefault((from, isBulk));
        if (unread >= (isBulk ? BulkUnreadBytesMax : isPeer ? PeerUnreadBytesMax : ClientUnreadBytesMax)) return false;
        Item item = new(from, bytes + FrameOverheadBytes, isBulk, run);
        _unread[(from, isBulk)] = unread + item.Bytes;
        if (isBulk) _queues[Bulk].Add(_bulkLanes[from], item);
        else if (isPeer) _queues[Peers].Add(_peerLanes[from], item);
        else _queues[Clients].Add(LaneOf(from).Items, item);
        Work();
        return true;
    }

    /// <summary>
    /// Answers a read now if it is its client's turn, else when it is. False if it was dropped, as too many of this
    /// client wait.
    /// </summary>
    public bool TryDefer(ClientId client, Action answer)
    {
        if (!_clientLanes.TryGetValue(client, out ClientLane? lane) || lane.Items == _atWork)
        {
            answer();
            return true;
        }
        if (lane.DeferredReads >= DeferredReadsMax) return false;
        lane.DeferredReads++;
        _queues[Clients].Add(lane.Items, new Item(-1, 0, IsBulk: false, () =>
        {
            lane.DeferredReads--;
            answer();
        }));
        return true;
    }

    public void Pause() => _isPaused = true;

    public void Resume()
    {
        _isPaused = false;
        Work();
    }

    /// <summary>The process ended: nothing waits any more.</summary>
    public void Stop()
    {
        _life++;
        _own.Clear();
        ForgetFrames();
        (_isBusy, _isPaused) = (false, false);
    }

    private void ForgetFrames()
    {
        _queues = [.. Enumerable.Range(0, Bulk + 1).Select(static _ => new FairQueue<Item>(QuantumNanos))];
        _peerLanes = [.. Enumerable.Range(0, _replicas).Select(static _ => new FairLane<Item>())];
        _bulkLanes = [.. Enumerable.Range(0, _replicas).Select(static _ => new FairLane<Item>())];
        _clientLanes.Clear();
        _unread.Clear();
        (_turnNanos, _turnFrames, _turnOf) = (0, 0, Peers);
    }

    private void Work()
    {
        long life = _life;
        while (!_isBusy && !_isAtWork && !_isPaused && TryTake(out Action? run))
        {
            (_isAtWork, _laneNanos) = (true, 0);
            run();
            _isAtWork = false;
            if (life != _life) return; // it ended the process
            if (_atWork is not null) EndTurn(_atWork);
            long micros = _spentNanos / 1_000;
            _spentNanos -= micros * 1_000;
            if (micros == 0) continue;
            _isBusy = true;
            _world.After(micros, () =>
            {
                if (life != _life) return;
                _isBusy = false;
                Work();
            });
        }
    }

    private void EndTurn(FairLane<Item> lane)
    {
        lane.Charge(_laneNanos);
        _turnNanos += _laneNanos;
        _turnFrames++;
    }

    private bool TryTake([NotNullWhen(true)] out Action? run)
    {
        _atWork = null;
        if (_own.TryDequeue(out run)) return true;
        for (int turns = 0; turns <= _queues.Length; turns++)
        {
            if (_turnNanos < (_turnOf == Bulk ? BulkTurnNanos : TurnNanos) && _turnFrames < TurnFramesMax
                && _queues[_turnOf].TryTake(out FairLane<Item> lane, out Item item))
            {
                (_atWork, run) = (lane, item.Run);
                if (item.From >= 0) _unread[(item.From, item.IsBulk)] -= item.Bytes;
                return true;
            }
            (_turnNanos, _turnFrames, _turnOf) = (0, 0, (_turnOf + 1) % _queues.Length);
        }
        return false;
    }

    private ClientLane LaneOf(int node)
    {
        ClientId client = ClientOf(node);
        if (!_clientLanes.TryGetValue(client, out ClientLane? lane))
            _clientLanes.Add(client, lane = new ClientLane(IsHeldBack));
        if (!lane.Nodes.Contains(node)) lane.Nodes.Add(node);
        return lane;
    }

    /// <summary>A client that takes no replies has to wait; whether it does is looked at again later.</summary>
    private bool IsHeldBack(ClientLane lane)
    {
        if (lane.Nodes.Sum(UnsentBytes) <= ClientUnsentBytesMax) return false;
        if (lane.IsLookedAtAgain) return true;
        lane.IsLookedAtAgain = true;
        long life = _life;
        _world.After(LookAgainMicros, () =>
        {
            if (life != _life) return;
            lane.IsLookedAtAgain = false;
            _queues[Clients].Release(lane.Items);
            Work();
        });
        return true;
    }

    /// <summary>A frame, or, from no node, a read that is due.</summary>
    private readonly record struct Item(int From, int Bytes, bool IsBulk, Action Run);

    /// <summary>The lane of a client identity.</summary>
    private sealed class ClientLane
    {
        public ClientLane(Func<ClientLane, bool> isHeldBack) =>
            Items = new FairLane<Item>(() => isHeldBack(this));

        public FairLane<Item> Items { get; }

        public List<int> Nodes { get; } = [];

        public int DeferredReads { get; set; }

        public bool IsLookedAtAgain { get; set; }
    }
}
