using System.Globalization;
using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>How a simulation went.</summary>
public sealed record SimulationReport
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Replicas.</summary>
    public required int Replicas { get; init; }

    /// <summary>Equal for equal runs, and, but for chance, for no others.</summary>
    public required ulong TraceHash { get; init; }

    /// <summary>Events run.</summary>
    public required long Steps { get; init; }

    /// <summary>Frames sent between nodes.</summary>
    public required long Messages { get; init; }

    /// <summary>Virtual time that passed, microseconds.</summary>
    public required long VirtualMicros { get; init; }

    /// <summary>
    /// Virtual time from the mending of all faults until everything had come to its end, microseconds.
    /// </summary>
    public required long RecoveryMicros { get; init; }

    /// <summary>Operations that clients began.</summary>
    public required int Operations { get; init; }

    /// <summary>Operations that were acknowledged to their clients.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>What clients got under a <see cref="SimulationOptions.Load"/>; null without one.</summary>
    public LoadReport? Load { get; init; }

    /// <summary>Instances that were executed.</summary>
    public required long Instances { get; init; }

    /// <summary>The highest regency that a correct replica installed.</summary>
    public required long Regency { get; init; }

    /// <summary>Faults injected, by kind.</summary>
    public required IReadOnlyDictionary<string, long> Faults { get; init; }

    /// <summary>Rare things that correct replicas did, by kind: tells what a seed has tested.</summary>
    public required IReadOnlyDictionary<string, long> Events { get; init; }

    /// <summary>How long the first phase was meant to be, microseconds.</summary>
    public required long FaultyMicros { get; init; }

    /// <summary>The plan that was played.</summary>
    public required FaultPlan Plan { get; init; }

    /// <summary>
    /// The last lines of the story, oldest first; empty unless a promise was broken or the options ask for it.
    /// </summary>
    public required IReadOnlyList<string> Trace { get; init; }

    /// <summary>What happened, to be looked at; null unless the options ask for it.</summary>
    public Timeline? Timeline { get; init; }

    /// <summary>The promise that was broken; null if all were kept.</summary>
    public required Violation? Violation { get; init; }

    /// <summary>All promises were kept.</summary>
    public bool Passed => Violation is null;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"seed {Seed}: {(Passed ? "passed" : Violation!.ToString())}; {Acknowledged} of {Operations} operations, "
        + $"{Instances} instances, regency {Regency}, {Steps} steps, trace {TraceHash:x16}");
}
