using System.Diagnostics;
using BftCloud.Simulation;

namespace BftSmr.Simulation;

/// <summary>
/// Runs many seeds on several cores. Each seed is a simulation of its own; nothing depends on how they share the cores.
/// </summary>
public sealed class Campaign
{
    /// <summary>The options of each seed; by default those of <see cref="SimulationOptions"/>.</summary>
    public Func<ulong, SimulationOptions> Options { get; init; } = static seed => new SimulationOptions { Seed = seed };

    /// <summary>Runs one simulation; by default that of the built-in registers.</summary>
    public Func<SimulationOptions, SimulationReport> Simulate { get; init; } = Cluster.Simulate;

    /// <summary>Simulations at a time.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Whether to end at the first violation; otherwise all seeds run and all violations are collected.
    /// </summary>
    public bool StopsAtViolation { get; init; } = true;

    /// <summary>No seed is begun after so much real time.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.MaxValue;

    /// <summary>Told of each report as it comes, one at a time; the order is not that of the seeds.</summary>
    public Action<SimulationReport>? Progress { get; init; }

    /// <summary>
    /// Runs the seeds, both ends included. A cancelled campaign finishes the seeds that it has begun, begins no more,
    /// and reports what was done: see <see cref="CampaignReport.Interrupted"/>.
    /// </summary>
    public CampaignReport Run(ulong firstSeed, ulong lastSeed, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lastSeed, firstSeed);
        Stopwatch watch = Stopwatch.StartNew();
        Totals totals = new();
        ulong next = firstSeed;
        bool exhausted = false, stopped = false;
        Lock gate = new();

        void Work()
        {
            while (!cancellation.IsCancellationRequested)
            {
                ulong seed;
                lock (gate)
                {
                    if (exhausted || stopped || watch.Elapsed >= TimeMax) return;
                    seed = next;
                    if (seed == lastSeed) exhausted = true;
                    else next++;
                }
                SimulationReport? report = null;
                Violation? violation;
#pragma warning disable CA1031 // A seed that throws is a finding like any other, and never the end of the campaign.
                try
                {
                    report = Simulate(Options(seed));
                    violation = report.Violation;
                }
                catch (Exception e)
                {
                    violation = new Violation("exception", e.ToString(), seed, 0, []);
                }
#pragma warning restore CA1031
                lock (gate)
                {
                    totals.Add(report, violation);
                    if (violation is not null && StopsAtViolation) stopped = true;
                    if (report is not null) Progress?.Invoke(report);
                }
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, Math.Max(1, Parallelism)).Select(_ => new Thread(Work, 16 << 20))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        bool interrupted = cancellation.IsCancellationRequested && !exhausted && !stopped;
        return totals.Report(watch.Elapsed) with { Interrupted = interrupted };
    }

    private sealed class Totals
    {
        private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, long> _events = new(StringComparer.Ordinal);
        private readonly List<Violation> _violations = [];
        private long _seeds, _steps, _operations, _virtualMicros;

        public void Add(SimulationReport? report, Violation? violation)
        {
            _seeds++;
            if (violation is not null) _violations.Add(violation);
            if (report is null) return;
            _steps += report.Steps;
            _operations += report.Acknowledged;
            _virtualMicros += report.VirtualMicros;
            foreach ((string kind, long count) in report.Faults)
                _faults[kind] = _faults.GetValueOrDefault(kind) + count;
            foreach ((string kind, long count) in report.Events)
                _events[kind] = _events.GetValueOrDefault(kind) + count;
        }

        public CampaignReport Report(TimeSpan elapsed) => new()
        {
            Seeds = _seeds,
            Steps = _steps,
            Operations = _operations,
            VirtualTime = TimeSpan.FromMicroseconds(_virtualMicros),
            Elapsed = elapsed,
            Faults = _faults,
            Events = _events,
            Violations = [.. _violations.OrderBy(static v => v.Seed)],
        };
    }
}
