using System.Diagnostics;
using System.Globalization;
using System.Net;
using BftCloud.Monitoring;
using BftCloud.Processes;
using BftSmr;
using BftSmr.Configuration;

namespace BftCloud.Chaos;

/// <summary>
/// One chaos run: a fresh cluster of real processes on this machine behind proxies, a recorded load, and one
/// perturbation after the other. No more than f replicas may be faulty at a time, so the next perturbation waits until
/// the last victim has caught up. At the end all is mended, and the answers that clients got are checked. Ends only
/// processes that it started, by their ids.
/// </summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_recoveryPatience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    private readonly ChaosManifest _manifest;
    private readonly Action<string> _tell;
    private readonly Random _random;
    private readonly ClusterDirectory _directory;
    private readonly ClusterProcesses _cluster;
    private readonly ClusterMonitor _monitor;
    private readonly List<LoopbackProxy> _proxies;
    private readonly IChaosLoad _load;
    private readonly SortedDictionary<string, int> _done = new(StringComparer.Ordinal);
    private readonly List<string> _violations = [];

    private ChaosRun(
        ChaosManifest manifest, IChaosLoad load, ClusterDirectory directory, List<LoopbackProxy> proxies,
        Action<string> tell)
    {
        (_manifest, _load, _directory, _proxies, _tell) = (manifest, load, directory, proxies, tell);
        _random = new Random(unchecked((int)manifest.Seed));
        _cluster = new ClusterProcesses(directory);
        _monitor = new ClusterMonitor(_cluster);
    }

    private ChaosHistory History => _load.History;

    /// <summary>Makes a cluster in a new or empty directory, puts it to the test, and stops it.</summary>
    public static async Task<ChaosReport> RunAsync(
        ChaosManifest manifest, ChaosWorkload workload, string path, Action<string> tell,
        CancellationToken cancellation)
    {
        await using ChaosRun run = Prepare(manifest, workload, path, tell);
        return await run.RunAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ReplicaProcess replica in _cluster.Replicas)
        {
            if (replica.FindPid() is { } pid) LinuxProcess.Send(pid, Signal.Kill);
            await replica.StopAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        }
        foreach (LoopbackProxy proxy in _proxies) await proxy.DisposeAsync();
        _monitor.Dispose();
    }

    /// <summary>Replicas listen at ports of their own; at those that the others know are proxies.</summary>
    private static ChaosRun Prepare(ChaosManifest manifest, ChaosWorkload workload, string path, Action<string> tell)
    {
        using LocalCluster content = LocalCluster.Create(
            manifest.F, workload.Service, clients: 1, static cluster => cluster with { CheckpointPeriod = 200 });
        ClusterDirectory directory = ClusterDirectory.Create(path, content);
        List<LoopbackProxy> proxies = [];
        int[] ports = LocalPorts.Take(directory.Cluster.Replicas.Count);
        for (int id = 0; id < ports.Length; id++)
        {
            string file = directory.ReplicaFile(id);
            (ReplicaConfiguration.Load(file) with { PeerListenAddress = LocalCluster.Loopback(ports[id]) }).Save(file);
            proxies.Add(
                LoopbackProxy.Start(
                    IPEndPoint.Parse(directory.Cluster.Replicas[id].PeerAddress),
                    new IPEndPoint(IPAddress.Loopback, ports[id])));
        }
        return new ChaosRun(manifest, workload.Create(directory, manifest), directory, proxies, tell);
    }

    private async Task<ChaosReport> RunAsync(CancellationToken cancellation)
    {
        await _cluster.StartAsync(s_startPatience, lines: null, cancellation);
        _tell($"{_cluster.Replicas.Count} replicas are up in {_directory.Path}");
        Stopwatch watch = Stopwatch.StartNew();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task loading = _load.RunAsync(stop.Token);
        TimeSpan end = TimeSpan.FromSeconds(_manifest.DurationSeconds);
        bool interrupted = false;
        try
        {
            while (watch.Elapsed < end && _manifest.Perturbations.Count > 0 && _violations.Count == 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5 + _random.NextDouble()), cancellation);
                await PerturbAsync(_manifest.Perturbations[_random.Next(_manifest.Perturbations.Count)], cancellation);
            }
            if (watch.Elapsed < end) await Task.Delay(end - watch.Elapsed, cancellation);
            await stop.CancelAsync();
            await loading;
            if (_violations.Count == 0) await ConcludeAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            interrupted = true;
            await loading;
        }
        (int undecided, IReadOnlyList<string> violations) = History.Check();
        return new ChaosReport
        {
            Seconds = watch.Elapsed.TotalSeconds, Operations = History.Operations, Acknowledged = History.Acknowledged,
            Unknown = History.Unknown, Failed = History.Failed,
            LongestSilenceSeconds = History.LongestSilence.TotalSeconds, Perturbations = _done, Keys = History.Keys,
            Undecided = undecided, Violations = [.. _violations, .. violations],
            Interrupted = interrupted,
        };
    }

    private async Task ConcludeAsync(CancellationToken cancellation)
    {
        await _cluster.StartAsync(s_startPatience, lines: null, cancellation);
        await _load.ReadAllAsync(cancellation);
        await UntilAsync(
            "all replicas are in the same state",
            static reports => reports.All(r => r is { CatchingUp: false, StateDigest: not null }
                && r.StateDigest == reports[0]!.StateDigest
                && r.LastExecuted == reports[0]!.LastExecuted),
            cancellation);
    }

    private async Task PerturbAsync(Perturbation perturbation, CancellationToken cancellation)
    {
        int victim = _random.Next(_cluster.Replicas.Count);
        TimeSpan time = TimeSpan.FromSeconds(perturbation.Seconds);
        bool isAll = perturbation.Kind == PerturbationKind.PowerOff;
        _tell(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{History.NowMicros / 1e6,7:F1} s  {perturbation.Kind}{(isAll ? "" : $" r{victim}")} for "
                + $"{perturbation.Seconds:F1} s; {History.Acknowledged:N0} operations answered"));
        _done[perturbation.Kind.ToString()] = _done.GetValueOrDefault(perturbation.Kind.ToString()) + 1;
        switch (perturbation.Kind)
        {
            case PerturbationKind.Kill:
                await KillAsync(victim, cancellation);
                await Task.Delay(time, cancellation);
                break;
            case PerturbationKind.Pause:
                await PauseAsync(victim, time, cancellation);
                break;
            case PerturbationKind.CutLinks or PerturbationKind.StallLinks:
                if (perturbation.Kind == PerturbationKind.CutLinks) _proxies[victim].Cut();
                else _proxies[victim].Stall();
                await Task.Delay(time, cancellation);
                _proxies[victim].Mend();
                break;
            case PerturbationKind.CorruptLog or PerturbationKind.TruncateLog:
                await KillAsync(victim, cancellation);
                LogDamage.Inflict(_directory, victim, perturbation.Kind == PerturbationKind.CorruptLog, _random);
                await Task.Delay(time, cancellation);
                break;
            case PerturbationKind.FullDisk:
                await FillDiskAsync(victim, time, cancellation);
                break;
            case PerturbationKind.PowerOff:
                foreach (ReplicaProcess replica in _cluster.Replicas) Signalled(replica, Signal.Kill);
                foreach (ReplicaProcess replica in _cluster.Replicas)
                    await replica.StopAsync(s_startPatience, cancellation);
                await Task.Delay(time, cancellation);
                break;
        }
        await _cluster.StartAsync(s_startPatience, lines: null, cancellation);
        await UntilAsync(
            $"r{victim} has caught up after {perturbation.Kind}", reports => HasCaughtUp(reports, victim),
            cancellation);
    }

    private async Task KillAsync(int victim, CancellationToken cancellation)
    {
        Signalled(_cluster.Replicas[victim], Signal.Kill);
        await _cluster.Replicas[victim].StopAsync(s_startPatience, cancellation);
    }

    private async Task PauseAsync(int victim, TimeSpan time, CancellationToken cancellation)
    {
        Signalled(_cluster.Replicas[victim], Signal.Stop);
        try
        {
            await Task.Delay(time, cancellation);
        }
        finally
        {
            Signalled(_cluster.Replicas[victim], Signal.Continue);
        }
    }

    /// <summary>
    /// From now on none of its writes succeeds; it has to end, loudly, and comes back when there is room again.
    /// </summary>
    private async Task FillDiskAsync(int victim, TimeSpan time, CancellationToken cancellation)
    {
        ReplicaProcess replica = _cluster.Replicas[victim];
        if (replica.FindPid() is not { } pid) return;
        LinuxProcess.LimitFileSize(pid, 1);
        Stopwatch watch = Stopwatch.StartNew();
        while (replica.FindPid() is not null)
        {
            if (watch.Elapsed > s_recoveryPatience)
            {
                _violations.Add($"r{victim} cannot write, and goes on after {s_recoveryPatience.TotalSeconds:F0} s");
                return;
            }
            await Task.Delay(s_poll, cancellation);
        }
        await Task.Delay(time, cancellation);
    }

    private static void Signalled(ReplicaProcess replica, Signal signal)
    {
        if (replica.FindPid() is { } pid) LinuxProcess.Send(pid, signal);
    }

    private static bool HasCaughtUp(IReadOnlyList<ReplicaReport?> reports, int victim) =>
        reports.All(static r => r is not null)
        && reports[victim] is { CatchingUp: false, Synchronized: true, Silent: false } own
        && reports.Max(static r => r!.LastExecuted) - own.LastExecuted < 50;

    private static string StandOf(ReplicaReport r) =>
        $"r{r.Id} R{r.Regency} executed {r.LastExecuted}{(r.CatchingUp ? " catching up" : "")}";

    private async Task UntilAsync(
        string what, Func<IReadOnlyList<ReplicaReport?>, bool> isSo, CancellationToken cancellation)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            IReadOnlyList<ReplicaReport?> reports = await _monitor.AskAsync(cancellation);
            if (isSo(reports)) return;
            if (watch.Elapsed > s_recoveryPatience)
            {
                string stand = string.Join("; ", reports.Select(static r => r is null ? "down" : StandOf(r)));
                _violations.Add(
                    $"it did not come to be within {s_recoveryPatience.TotalSeconds:F0} s that {what}: {stand}");
                return;
            }
            await Task.Delay(s_poll, cancellation);
        }
    }
}
