using System.Diagnostics;
using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>
/// Makes a simulation that breaks a promise smaller while it still breaks that promise: leaves out parts of the fault
/// plan (delta debugging, Zeller and Hildebrandt 2002), calms the network, shortens what lasts, and takes operations
/// and clients away.
/// </summary>
public sealed class Minimizer
{
    private readonly string _promise;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private Minimizer(string promise) => _promise = promise;

    /// <summary>Runs one simulation; by default that of the built-in registers.</summary>
    private Func<SimulationOptions, SimulationReport> Simulate { get; init; } = Cluster.Simulate;

    private TimeSpan TimeMax { get; init; }

    private Action<string>? Progress { get; init; }

    private int Runs { get; set; }

    /// <summary>Shortens a simulation that broke a promise.</summary>
    /// <param name="options">The options that it ran with.</param>
    /// <param name="report">What came of it: with a violation.</param>
    /// <param name="timeMax">The best result after so much real time is returned.</param>
    /// <param name="progress">Told of each step that made it smaller.</param>
    /// <param name="simulate">Runs one simulation; by default that of the built-in registers.</param>
    /// <exception cref="ArgumentException">The report has no violation.</exception>
    public static Minimized Minimize(
        SimulationOptions options, SimulationReport report, TimeSpan timeMax, Action<string>? progress = null,
        Func<SimulationOptions, SimulationReport>? simulate = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        if (report.Violation is not { } violation)
            throw new ArgumentException("Nothing was broken: there is nothing to make smaller.", nameof(report));
        Minimizer minimizer =
            new(violation.Promise) { Simulate = simulate ?? Cluster.Simulate, TimeMax = timeMax, Progress = progress };
        SimulationOptions smallest = minimizer.Shrink(
            options with { Faults = report.Plan, FaultyMicros = report.FaultyMicros });
        return new Minimized(smallest, minimizer.Simulate(smallest), minimizer.Runs);
    }

    private SimulationOptions Shrink(SimulationOptions options)
    {
        SimulationOptions best = options;
        int before;
        do
        {
            before = Weight(best);
            best = WithoutParts(best);
            best = WithFewer(best, static p => p.Events, static (p, events) => p with { Events = events }, "events");
            best = WithFewer(
                best, static p => p.Adversaries, static (p, adversaries) => p with { Adversaries = adversaries },
                "adversaries");
            best = WithFewer(
                best, static p => p.ByzantineClients, static (p, clients) => p with { ByzantineClients = clients },
                "Byzantine clients");
            best = WithFewer(
                best, static p => p.Interferences, static (p, rules) => p with { Interferences = rules },
                "interferences");
            best = Smaller(best);
        }
        while (Weight(best) < before && _watch.Elapsed < TimeMax);
        return best;
    }

    private SimulationOptions WithoutParts(SimulationOptions best)
    {
        FaultPlan plan = best.Faults!;
        Try(ref best, best with { Faults = plan with { Clocks = [] } }, plan.Clocks.Count > 0, "clocks are right");
        Try(
            ref best, best with { Faults = best.Faults! with { Disk = DiskSpeed.Quick } }, plan.Disk != DiskSpeed.Quick,
            "disks are quick");
        Try(
            ref best, best with { Faults = best.Faults! with { TornWrites = false } }, plan.TornWrites,
            "nothing is torn");
        Try(
            ref best, best with { Faults = best.Faults! with { Network = NetworkConditions.Calm } },
            plan.Network != NetworkConditions.Calm, "the network is calm");
        NetworkConditions network = best.Faults!.Network;
        Try(ref best, With(best, network with { LossShare = 0 }), network.LossShare > 0, "nothing is lost");
        Try(ref best, With(best, best.Faults!.Network with { SpikeShare = 0 }), network.SpikeShare > 0, "no spikes");
        Try(ref best, With(best, best.Faults!.Network with { Datagrams = false }), network.Datagrams, "order is kept");
        Try(
            ref best, With(best, best.Faults!.Network with { DuplicationShare = 0 }),
            network is { Datagrams: true, DuplicationShare: > 0 }, "nothing is duplicated");
        return best;
    }

    private static SimulationOptions With(SimulationOptions options, NetworkConditions network) =>
        options with { Faults = options.Faults! with { Network = network } };

    /// <summary>Leaves out halves, quarters, … of a list, as long as the promise stays broken.</summary>
    private SimulationOptions WithFewer<T>(
        SimulationOptions best,
        Func<FaultPlan, IReadOnlyList<T>> list, Func<FaultPlan, IReadOnlyList<T>, FaultPlan> with, string what)
    {
        for (int size = Math.Max(1, list(best.Faults!).Count / 2); ; size /= 2)
        {
            for (int at = 0; at < list(best.Faults!).Count;)
            {
                IReadOnlyList<T> kept = [.. list(best.Faults!).Where((_, i) => i < at || i >= at + size)];
                if (!Try(ref best, best with { Faults = with(best.Faults!, kept) }, true, $"{kept.Count} {what}"))
                    at += size;
            }
            if (size <= 1) return best;
        }
    }

    private SimulationOptions Smaller(SimulationOptions best)
    {
        while (Try(
            ref best, best with { OperationsPerClient = best.OperationsPerClient / 2 }, best.OperationsPerClient > 4,
            $"{best.OperationsPerClient / 2} operations per client")) { }
        while (Try(
            ref best, best with { Clients = best.Clients - 1 }, best.Clients > 1, $"{best.Clients - 1} clients")) { }
        while (Try(
            ref best, best with { FaultyMicros = best.FaultyMicros / 2 }, best.FaultyMicros > 200_000,
            $"{best.FaultyMicros / 2e6:F2} s of faults")) { }
        return best;
    }

    /// <summary>Takes a candidate if it breaks the same promise.</summary>
    private bool Try(ref SimulationOptions best, SimulationOptions candidate, bool isWorthIt, string what)
    {
        if (!isWorthIt || _watch.Elapsed >= TimeMax) return false;
        Runs++;
        if (Simulate(candidate).Violation?.Promise != _promise) return false;
        best = candidate;
        Progress?.Invoke(what);
        return true;
    }

    private static int Weight(SimulationOptions options) =>
        options.Faults!.Events.Count + options.Faults.Adversaries.Count + options.Faults.ByzantineClients.Count
        + options.Faults.Interferences.Count + options.OperationsPerClient + options.Clients;
}

/// <summary>The smallest simulation found that breaks a promise.</summary>
/// <param name="Options">With the shortened fault plan.</param>
/// <param name="Report">What comes of it.</param>
/// <param name="Runs">Simulations that it took.</param>
public sealed record Minimized(SimulationOptions Options, SimulationReport Report, int Runs);
