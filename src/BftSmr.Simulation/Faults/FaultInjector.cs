using System.Globalization;
using BftSmr.Replication;
using BftSmr.Simulation.Clients;
using BftSmr.Simulation.Engine;
using BftSmr.Simulation.Network;
using BftSmr.Simulation.Replicas;

namespace BftSmr.Simulation.Faults;

/// <summary>Plays a fault plan on a cluster, keeps the number of Byzantine and forgetful replicas within f, and mends everything at the end.</summary>
internal sealed class FaultInjector(
    World world, SimulatedNetwork network, IReadOnlyList<SimulatedReplica> replicas, IReadOnlyList<SimulatedClient> clients, int faultyMax,
    Durability durability, FaultPlan plan)
{
    private readonly SimulationRandom _random = world.Random.Fork("faults");
    private bool _over;

    /// <summary>Schedules all events of the plan.</summary>
    public void Begin()
    {
        network.Conditions = plan.Network;
        foreach (SimulatedReplica replica in replicas) replica.DiskSpeed = plan.Disk;
        foreach (FaultEvent fault in plan.Events)
        {
            world.At(fault.AtMicros, () =>
            {
                if (!_over) Inject(fault);
            });
        }
    }

    /// <summary>Ends every fault but the Byzantine ones: what is down starts, what is cut off is connected, what was slow is quick.</summary>
    public void Heal()
    {
        _over = true;
        world.Tell("--", "all faults are mended");
        network.Conditions = NetworkConditions.Calm;
        network.UnblockAll();
        foreach (SimulatedReplica replica in replicas)
        {
            replica.DiskSpeed = DiskSpeed.Quick;
            if (replica.IsPaused) replica.Resume();
            if (!replica.IsAlive) replica.Start();
        }
    }

    private void Inject(FaultEvent fault)
    {
        switch (fault)
        {
            case CrashFault e:
                Crash(replicas[e.Replica.Value], e.DownMicros, e.MachineToo, diskToo: false);
                break;
            case DiskLossFault e:
                Crash(replicas[e.Replica.Value], e.DownMicros, machineToo: true, diskToo: true);
                break;
            case PowerLossFault e:
                LosePower(e.DownMicros);
                break;
            case PauseFault e:
                Pause(replicas[e.Replica.Value], e.ForMicros);
                break;
            case PartitionFault e:
                Partition(e);
                break;
            case LinkFault e:
                world.Faults.Count("link cut");
                network.Cut(e.One, e.Other);
                break;
            case ClockFault e:
                world.Faults.Count("clock jump");
                replicas[e.Replica.Value].Clock.SkewMicros = Math.Clamp(replicas[e.Replica.Value].Clock.SkewMicros + e.ByMicros, -20_000_000, 20_000_000);
                break;
            case SlowDiskFault e:
                SlowDisk(replicas[e.Replica.Value], e.Speed, e.ForMicros);
                break;
            case ClientRestartFault e:
                clients[e.Client].Restart();
                break;
            default:
                throw new NotSupportedException($"Nobody knows how to inject {fault}.");
        }
    }

    private void Crash(SimulatedReplica replica, long downMicros, bool machineToo, bool diskToo)
    {
        if (!replica.IsAlive) return;
        bool forgets = diskToo || durability != Durability.Votes;
        if (forgets && replica.IsCorrect && !replica.IsForgetful)
        {
            if (replicas.Count(static r => !r.IsCorrect || r.IsForgetful) >= faultyMax) return;
            replica.Forget();
        }
        world.Faults.Count(diskToo ? "disk lost" : machineToo ? "machine crash" : "process crash");
        replica.Crash(machineToo);
        if (diskToo) replica.Wipe();
        world.After(downMicros, () => Restart(replica));
    }

    private void LosePower(long downMicros)
    {
        if (durability != Durability.Votes) return;
        world.Faults.Count("power loss of all");
        foreach (SimulatedReplica replica in replicas)
        {
            replica.Crash(machineToo: true);
            world.After(_random.Between(0, downMicros), () => Restart(replica));
        }
    }

    private void Restart(SimulatedReplica replica)
    {
        if (!_over && !replica.IsAlive) replica.Start();
    }

    private void Pause(SimulatedReplica replica, long forMicros)
    {
        if (!replica.IsAlive || replica.IsPaused) return;
        world.Faults.Count("pause");
        replica.Pause();
        world.After(forMicros, () =>
        {
            if (!_over && replica.IsPaused) replica.Resume();
        });
    }

    private void Partition(PartitionFault fault)
    {
        world.Faults.Count(fault.Direction == PartitionDirection.Both ? "partition" : "one-way partition");
        world.Tell("--", string.Create(CultureInfo.InvariantCulture, $"partition {fault.Direction} of {fault.Group:b}"));
        List<(int From, int To)> blocked = [];
        foreach (Link link in network.Links)
        {
            bool lowIn = (fault.Group >> link.Low & 1) != 0, highIn = (fault.Group >> link.High & 1) != 0;
            if (lowIn == highIn || link.High >= replicas.Count + clients.Count) continue;
            (int inside, int outside) = lowIn ? (link.Low, link.High) : (link.High, link.Low);
            if (fault.Direction != PartitionDirection.IntoGroup) blocked.Add((inside, outside));
            if (fault.Direction != PartitionDirection.OutOfGroup) blocked.Add((outside, inside));
        }
        foreach ((int from, int to) in blocked) network.Block(from, to);
        world.After(fault.ForMicros, () =>
        {
            if (_over) return;
            world.Tell("--", "a partition ends");
            foreach ((int from, int to) in blocked) network.Unblock(from, to);
        });
    }

    private void SlowDisk(SimulatedReplica replica, DiskSpeed speed, long forMicros)
    {
        world.Faults.Count("slow disk");
        replica.DiskSpeed = speed;
        world.After(forMicros, () =>
        {
            if (!_over) replica.DiskSpeed = plan.Disk;
        });
    }
}
