using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Ordering.ModSmart;
using BftSmr.Service;
using BftSmr.Settings;

namespace BftSmr.Bench;

/// <summary>
/// Four replica cores that hand each other their messages in memory, in virtual time, on one thread. What they would
/// write to a disk is dropped, and each flush and each checkpoint is done at once.
/// </summary>
internal sealed class MemoryCluster
{
    private const int IdleTicksMax = 1_000;

    private readonly Queue<(int To, Input Input)> _inputs = new();
    private readonly EffectBuffer _effects = new();
    private readonly IReplicaCore[] _cores;
    private readonly ServiceHost[] _services;
    private long _nowMicros = 1_700_000_000_000_000;
    private long _executed;

    public MemoryCluster(BenchKeys keys)
    {
        int[] replicas = [.. Enumerable.Range(0, BenchKeys.Replicas)];
        int replyBytesMax = ReplicationLimits.Default.ReplyBytesMax;
        _services = [.. replicas.Select(
            _ => new ServiceHost(new SilentService(), replyBytesMax, RightsTable.Everybody))];
        _cores =
        [
            .. replicas.Select(i => ReplicaCore.Create(
                SettingsOf(i), keys.Replica(i), RecoveredState.None, ModSmartProtocol.Instance)),
        ];
        for (int i = 0; i < _cores.Length; i++)
        {
            _cores[i].Start(Now, _effects);
            CarryOut(i);
        }
    }

    private ClockReading Now => new(_nowMicros, _nowMicros);

    /// <summary>Gives the requests to the leader, and returns when all replicas have executed them.</summary>
    public void Order(ReadOnlySpan<Request> requests)
    {
        long goal = _executed + requests.Length * _cores.Length;
        for (int i = 0; i < requests.Length; i++)
            Step(0, new RequestInput(requests[i]), moreFollow: i < requests.Length - 1);
        Deliver();
        for (int idle = 0; _executed < goal; idle++)
        {
            if (idle == IdleTicksMax) throw new InvalidOperationException("The cluster stands still.");
            Tick();
            Deliver();
        }
        _nowMicros += 1_000;
    }

    private static ReplicaSettings SettingsOf(int replica) => new()
    {
        Self = new ReplicaId(replica),
        Quorums = Quorums.Byzantine(BenchKeys.Replicas, 1),
    };

    /// <summary>Lets the time come at which a core next has something to do.</summary>
    private void Tick()
    {
        long earliest = long.MaxValue;
        foreach (IReplicaCore core in _cores) earliest = Math.Min(earliest, core.NextDeadlineMicros);
        _nowMicros = Math.Max(_nowMicros, earliest);
        for (int i = 0; i < _cores.Length; i++)
        {
            if (_cores[i].NextDeadlineMicros <= _nowMicros) Step(i, TickInput.Instance);
        }
    }

    private void Deliver()
    {
        while (_inputs.TryDequeue(out (int To, Input Input) next)) Step(next.To, next.Input);
    }

    private void Step(int replica, Input input, bool moreFollow = false)
    {
        _cores[replica].Step(input, Now, _effects, moreFollow);
        CarryOut(replica);
    }

    private void CarryOut(int replica)
    {
        for (int i = 0; i < _effects.Count; i++)
        {
            switch (_effects.Effects[i])
            {
                case SendEffect send:
                    _inputs.Enqueue((send.To.Value, new PeerInput(new ReplicaId(replica), send.Message)));
                    break;
                case BroadcastEffect broadcast:
                    Broadcast(replica, broadcast.Message);
                    break;
                case ExecuteEffect execute:
                    _executed += execute.Commands.Count;
                    _inputs.Enqueue((replica, _services[replica].Execute(execute)));
                    break;
                case TakeCheckpointEffect take:
                    _inputs.Enqueue((replica, Taken(take.Instance)));
                    break;
                case RejectEffect reject:
                    throw new InvalidOperationException($"A core refused what a correct one sent: {reject.Reason}.");
            }
        }
        _effects.Clear();
    }

    private void Broadcast(int from, PeerMessage message)
    {
        for (int to = 0; to < _cores.Length; to++)
        {
            if (to != from) _inputs.Enqueue((to, new PeerInput(new ReplicaId(from), message)));
        }
    }

    /// <summary>With the same manifest at all replicas, as that of a real checkpoint would be.</summary>
    private static CheckpointTakenInput Taken(Instance instance) => new(new Manifest(1, instance, [], []));
}
