using System.Globalization;
using BftCloud.Simulation;
using BftSmr.Simulation.Clients;
using BftSmr.Simulation.Network;
using BftSmr.Simulation.Replicas;
using BftSmr.Simulation.Time;

namespace BftSmr.Simulation.Faults;

/// <summary>
/// Plays a fault plan on a cluster, keeps the number of Byzantine and forgetful replicas within f, and mends everything
/// at the end.
/// </summary>
internal sealed class FaultInjector(
    World world, SimulatedNetwork network, IReadOnlyList<SimulatedReplica> replicas,
    IReadOnlyList<SimulatedClient> clients, int faultyMax, Durability durability, FaultPlan plan)
{
    /// <summary>Clocks that are wrong by so much at most are within any skew that a plan's cluster bears.</summary>
    private const long SmallSkewMicros = 20_000_000;

    private readonly SimulationRandom _random = world.Random.Fork("faults");
    private bool _over;

    /// <summary>Schedules all events of the plan.</summary>
    public void Begin()
    {
        network.Conditions = plan.Network;
        foreach (SimulatedReplica replica in replicas)
        {
            replica.DiskSpeed = plan.Disk;
            replica.TearsWrites = plan.TornWrites;
        }
        foreach (FaultEvent fault in plan.Events)
        {
            world.At(fault.AtMicros, () =>
            {
                if (!_over) Inject(fault);
            });
        }
    }

    /// <summary>
    /// Ends every fault but the Byzantine ones: what is down starts, what is cut off is connected, what was slow is
    /// quick.
    /// </summary>
    public void Heal()
    {
        _over = true;
        world.Tell("--", "all faults are mended");
        network.Conditions = plan.Network.Healed();
        network.UnblockAll();
        HealClocks();
        foreach (SimulatedReplica replica in replicas)
        {
            replica.DiskSpeed = DiskSpeed.Quick;
            replica.ServiceMicros = 0;
            replica.Disk.Fails = false;
            if (replica.IsPaused) replica.Resume();
            if (!replica.IsAlive) replica.Start();
        }
    }

    private void Inject(FaultEvent fault)
    {
        switch (fault)
        {
            case CrashFault e:
                Crash(
                    replicas[e.Replica.Value], e.DownMicros, e.MachineToo,
                    e.MachineToo ? "machine crash" : "process crash");
                break;
            case DiskLossFault e:
                Crash(
                    replicas[e.Replica.Value], e.DownMicros, machineToo: true, "disk lost",
                    static replica => replica.Wipe());
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
            case LinkFault e when e.One < replicas.Count + clients.Count:
                world.Faults.Count("link cut");
                network.Cut(e.One, e.Other);
                break;
            case ClockFault e:
                world.Faults.Count("clock jump");
                Step(replicas[e.Replica.Value].Clock, e.ByMicros);
                break;
            case SlowDiskFault e:
                SlowDisk(replicas[e.Replica.Value], e.Speed, e.ForMicros);
                break;
            case SlowServiceFault e:
                SlowService(replicas[e.Replica.Value], e);
                break;
            case DiskDamageFault e:
                DamageDisk(replicas[e.Replica.Value], e);
                break;
            case MemoryDamageFault e:
                DamageMemory(replicas[e.Replica.Value], e.Place);
                break;
            case DiskFailureFault e:
                FailDisk(replicas[e.Replica.Value], e.ForMicros);
                break;
            case ClientRestartFault e when e.Client < clients.Count:
                clients[e.Client].Restart();
                break;
            case LinkFault or ClientRestartFault: // of a client that was left out to make the simulation smaller
                break;
            default:
                throw new NotSupportedException($"A simulation cannot inject {fault}: add a case for it.");
        }
    }

    /// <summary>Small errors do not add up to large ones; a large step is as large as the plan says.</summary>
    private static void Step(SimulatedClock clock, long byMicros)
    {
        bool isSmall = Math.Abs(clock.SkewMicros) <= SmallSkewMicros && Math.Abs(byMicros) <= SmallSkewMicros;
        long skew = clock.SkewMicros + byMicros;
        clock.SkewMicros = isSmall ? Math.Clamp(skew, -SmallSkewMicros, SmallSkewMicros) : skew;
    }

    /// <summary>
    /// Clocks that are all wrong alike stay so. Where they are too far apart for any order, those that are wrong by
    /// much are put right.
    /// </summary>
    private void HealClocks()
    {
        if (replicas.Max(static r => r.Clock.SkewMicros) - replicas.Min(static r => r.Clock.SkewMicros)
            <= 2 * SmallSkewMicros) return;
        foreach (SimulatedReplica replica in replicas)
        {
            replica.Clock.SkewMicros = Math.Clamp(replica.Clock.SkewMicros, -SmallSkewMicros, SmallSkewMicros);
        }
    }

    private void Crash(
        SimulatedReplica replica, long downMicros, bool machineToo, string kind,
        Action<SimulatedReplica>? damage = null)
    {
        if (!replica.IsAlive || !MayForget(replica, damage is not null)) return;
        if (damage is not null || replica.ForgetsInCrash) replica.Forget();
        world.Faults.Count(kind);
        replica.Crash(machineToo);
        damage?.Invoke(replica);
        world.After(downMicros, () => Restart(replica));
    }

    /// <summary>
    /// Whether it may crash, or lose part of what it has on disk, without being one faulty replica too many.
    /// </summary>
    private bool MayForget(SimulatedReplica replica, bool isDamaged) =>
        (!isDamaged && durability == Durability.Votes) || !replica.IsCorrect || replica.IsForgetful
        || replicas.Count(static r => !r.IsCorrect || r.IsForgetful) < faultyMax;

    private void DamageMemory(SimulatedReplica replica, int place)
    {
        if (!replica.IsAlive || !MayForget(replica, isDamaged: true) || !replica.TryRot(place)) return;
        world.Faults.Count("memory damaged");
    }

    private void DamageDisk(SimulatedReplica replica, DiskDamageFault fault)
    {
        switch (fault.Damage)
        {
            case DiskDamage.CorruptLog:
                Crash(
                    replica, fault.DownMicros, machineToo: true, "log corrupted",
                    r => r.Disk.Damage(image => image.Corrupt(_random)));
                break;
            case DiskDamage.MisdirectedWrite:
                Crash(
                    replica, fault.DownMicros, machineToo: true, "write misdirected",
                    r => r.Disk.Damage(image => image.Misdirect(_random)));
                break;
            default:
                if (MayForget(replica, isDamaged: true) && replica.Disk.Checkpoints.Damage(_random))
                {
                    world.Faults.Count("checkpoint corrupted");
                    replica.ScrubLater();
                }
                break;
        }
    }

    /// <summary>Its next write or flush fails, and it ends; if it writes nothing meanwhile, nothing happens.</summary>
    private void FailDisk(SimulatedReplica replica, long forMicros)
    {
        if (!replica.IsAlive || !MayForget(replica, isDamaged: false)) return;
        world.Faults.Count("disk fails");
        replica.Disk.Fails = true;
        world.After(forMicros, () =>
        {
            if (_over) return;
            replica.Disk.Fails = false;
            Restart(replica);
        });
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
        world.Tell(
            "--", string.Create(CultureInfo.InvariantCulture, $"partition {fault.Direction} of {fault.Group:b}"));
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

    private void SlowService(SimulatedReplica replica, SlowServiceFault fault)
    {
        world.Faults.Count("slow service");
        replica.ServiceMicros = fault.BatchMicros;
        world.After(fault.ForMicros, () => replica.ServiceMicros = 0);
    }
}
