using System.Globalization;
using BftCloud.Primitives;

namespace BftSmr.Simulation.Options;

/// <summary>What can be simulated: numbers, shares and times, named as in a <see cref="SavedSimulation"/>.</summary>
internal static class SimulationBounds
{
    private const int ClientsMax = 1_000;
    private const int OperationsMax = 1_000_000;
    private const int EventsMax = 100_000;
    private const int TraceLinesMax = 10_000_000;
    private const long StepsMax = 1_000_000_000_000;
    private const long DayMicros = 24L * 60 * 60 * 1_000_000;
    private const long ClockMicrosMax = 3_650 * DayMicros; // ten years
    private const long CenturyMicros = 10 * ClockMicrosMax;
    private const long PpmMax = 500_000;
    private const long BytesPerSecondMax = 1_000_000_000_000;
    private const long NanosMax = 1_000_000_000;

    /// <summary>Whether all of it is within bounds.</summary>
    /// <exception cref="ArgumentException">Something is not; the message says what, and what it may be.</exception>
    public static void Check(SimulationOptions options)
    {
        Within("f", options.F, 1, Quorums.FaultyMax);
        Defined("durability", options.Durability);
        Defined("authentication", options.Authentication);
        Within("clients", options.Clients, 1, ClientsMax);
        Within("readOnlyClients", options.ReadOnlyClients, 0, options.Clients);
        Within("operationsPerClient", options.OperationsPerClient, 1, OperationsMax);
        Within("outstandingMax", options.OutstandingMax, 1, OperationsMax);
        Within("queryShare", options.QueryShare, 0, 1);
        Within("faultyMicros", options.FaultyMicros ?? 0, 0, DayMicros);
        Within("healedMicros", options.HealedMicros, 1, DayMicros);
        Within("faultKinds", (int)options.FaultKinds, 0, (int)FaultKinds.All);
        Within("writeQuorumLoweredBy", options.WriteQuorumLoweredBy, 0, options.F);
        Within("requestTimeoutMicros", options.RequestTimeoutMicros ?? DayMicros, 1, DayMicros);
        Within("clockSkewMicros", options.ClockSkewMicros ?? DayMicros, 1, DayMicros);
        Within("checkpointPeriod", options.CheckpointPeriod ?? 1, 1, OperationsMax);
        Within("stepsMax", options.StepsMax, 1, StepsMax);
        Within("traceLines", options.TraceLines, 0, TraceLinesMax);
        if (options.Load is { } load)
        {
            Within("load.thinkMicros", load.ThinkMicros, 1, DayMicros);
            Within("load.healedMicros", load.HealedMicros, 0, DayMicros);
            Within("load.measuredFromMicros", load.MeasuredFromMicros, 0, DayMicros);
        }
        if (options.Processor is { } costs) Check(costs);
        if (options.Faults is { } plan) Check(plan, options.Replicas);
    }

    private static void Check(ProcessorCosts costs)
    {
        Within("processor.frameNanos", costs.FrameNanos, 0, NanosMax);
        Within("processor.sendNanos", costs.SendNanos, 0, NanosMax);
        Within("processor.kibibyteNanos", costs.KibibyteNanos, 0, NanosMax);
        Within("processor.signatureNanos", costs.SignatureNanos, 0, NanosMax);
        Within("processor.signatureCheckNanos", costs.SignatureCheckNanos, 0, NanosMax);
        Within("processor.macNanos", costs.MacNanos, 0, NanosMax);
        Within("processor.executionNanos", costs.ExecutionNanos, 0, NanosMax);
        Within("processor.queryNanos", costs.QueryNanos, 0, NanosMax);
    }

    private static void Check(FaultPlan plan, int replicas)
    {
        NetworkConditions network = plan.Network;
        Within("faults.network.latencyMinMicros", network.LatencyMinMicros, 0, DayMicros);
        Within("faults.network.latencyMaxMicros", network.LatencyMaxMicros, network.LatencyMinMicros, DayMicros);
        Within("faults.network.spikeShare", network.SpikeShare, 0, 1);
        Within("faults.network.spikeMaxMicros", network.SpikeMaxMicros, 0, DayMicros);
        Within("faults.network.lossShare", network.LossShare, 0, 1);
        Within("faults.network.duplicationShare", network.DuplicationShare, 0, 1);
        Within("faults.network.framesInFlightMax", network.FramesInFlightMax, 1, int.MaxValue);
        if (network.Bandwidth is { } bandwidth)
        {
            Within("faults.network.bandwidth.bytesPerSecond", bandwidth.BytesPerSecond, 1, BytesPerSecondMax);
            Within("faults.network.bandwidth.queueBytesMax", bandwidth.QueueBytesMax, 1, BytesPerSecondMax);
        }
        Check("faults.disk", plan.Disk);
        Within("the number of faults.byzantineClients", plan.ByzantineClients.Count, 0, ClientsMax);
        Within("the number of faults.events", plan.Events.Count, 0, EventsMax);
        foreach (ByzantineClientKind kind in plan.ByzantineClients) Defined("faults.byzantineClients", kind);
        foreach (AdversaryFault adversary in plan.Adversaries)
        {
            Within("replica of faults.adversaries", adversary.Replica.Value, 0, replicas - 1);
            Defined("kind of faults.adversaries", adversary.Kind);
        }
        foreach (Interference interference in plan.Interferences) Check(interference, plan, replicas);
        foreach (ClockError clock in plan.Clocks)
        {
            Within("driftPpm of faults.clocks", clock.DriftPpm, -PpmMax, PpmMax);
            Within("skewMicros of faults.clocks", clock.SkewMicros, -ClockMicrosMax, ClockMicrosMax);
        }
        foreach (long skew in plan.ClientClocks) Within("faults.clientClocks", skew, -CenturyMicros, CenturyMicros);
        foreach (FaultEvent fault in plan.Events) Check(fault, replicas);
    }

    private static void Check(Interference interference, FaultPlan plan, int replicas)
    {
        Defined("kind of faults.interferences", interference.Kind);
        int amountMax = interference.Kind switch
        {
            InterferenceKind.Delay => 600_000,
            InterferenceKind.Duplicate => 1_000,
            InterferenceKind.Flood => 100_000,
            _ => 100,
        };
        Within("amount of faults.interferences", interference.Amount, 1, amountMax);
        Within("replica of faults.interferences", interference.Replica?.Value ?? 0, 0, replicas - 1);
        if (plan.Adversaries.Any(a => a.Replica == interference.Replica))
            throw new ArgumentException($"{interference.Replica} is in faults.interferences and faults.adversaries.");
        bool isAnswer = interference.Kind is InterferenceKind.Drop or InterferenceKind.Lie;
        string[] messages =
        [
            .. interference.Replica is not null ? Interference.PeerMessages
                : interference.Kind == InterferenceKind.Flood ? [] : Interference.ClientMessages,
            .. interference.Replica is not null && isAnswer ? Interference.Answers : [],
        ];
        if (!messages.Contains(interference.Message, StringComparer.Ordinal))
            throw Error(
                "message of faults.interferences", interference.Message, $"one of {string.Join(", ", messages)}");
    }

    private static void Check(FaultEvent fault, int replicas)
    {
        Within("atMicros of faults.events", fault.AtMicros, 0, DayMicros);
        (ReplicaId Replica, long Micros) of = fault switch
        {
            CrashFault e => (e.Replica, e.DownMicros),
            DiskLossFault e => (e.Replica, e.DownMicros),
            PowerLossFault e => (default, e.DownMicros),
            PauseFault e => (e.Replica, e.ForMicros),
            PartitionFault e => (default, e.ForMicros),
            SlowDiskFault e => (e.Replica, e.ForMicros),
            SlowServiceFault e => (e.Replica, e.ForMicros),
            DiskDamageFault e => (e.Replica, e.DownMicros),
            DiskFailureFault e => (e.Replica, e.ForMicros),
            ClockFault e => (e.Replica, 0),
            _ => default,
        };
        Within("replica of faults.events", of.Replica.Value, 0, replicas - 1);
        Within("forMicros or downMicros of faults.events", of.Micros, 0, DayMicros);
        switch (fault)
        {
            case ClockFault e:
                Within("byMicros of faults.events", e.ByMicros, -ClockMicrosMax, ClockMicrosMax);
                break;
            case PartitionFault e:
                Defined("direction of faults.events", e.Direction);
                break;
            case SlowDiskFault e:
                Check("speed of faults.events:", e.Speed);
                break;
            case SlowServiceFault e:
                Within("batchMicros of faults.events", e.BatchMicros, 0, DayMicros);
                break;
            case DiskDamageFault e:
                Defined("damage of faults.events", e.Damage);
                break;
            case LinkFault e:
                Within("one of faults.events", e.One, 0, replicas + ClientsMax - 1);
                Within("other of faults.events", e.Other, 0, replicas - 1);
                if (e.One == e.Other)
                    throw new ArgumentException(
                        $"one and other of faults.events are both {e.One}, but a link has two ends.");
                break;
            case ClientRestartFault e:
                Within("client of faults.events", e.Client, 0, ClientsMax - 1);
                break;
        }
    }

    private static void Check(string what, DiskSpeed speed)
    {
        Within($"{what}.flushMinMicros", speed.FlushMinMicros, 0, DayMicros);
        Within($"{what}.flushMaxMicros", speed.FlushMaxMicros, speed.FlushMinMicros, DayMicros);
    }

    private static void Within(string what, long value, long min, long max)
    {
        if (value < min || value > max)
            throw Error(what, value, string.Create(CultureInfo.InvariantCulture, $"between {min} and {max}"));
    }

    private static void Within(string what, double value, double min, double max)
    {
        if (!(value >= min && value <= max))
            throw Error(what, value, string.Create(CultureInfo.InvariantCulture, $"between {min} and {max}"));
    }

    private static void Defined<T>(string what, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) throw Error(what, value, $"one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    private static ArgumentException Error<T>(string what, T value, string range) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what} is {value}, but must be {range}."));
}
