using BftCloud.Monitoring;
using BftCloud.Primitives;
using BftCloud.Processes;
using BftSmr;

namespace BftCloud.Tests.Clusters;

/// <summary>A cluster of real processes in a directory of its own. What it started it ends, by pid.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ClusterMonitor _monitor;
    private readonly KeyPair _clientKey;

    private TestCluster(LocalCluster content) : this(
        directory => ClusterDirectory.Create(directory.At("D"), content)) { }

    private TestCluster(Func<TemporaryDirectory, ClusterDirectory> directory)
    {
        Directory = directory(_directory);
        Processes = new ClusterProcesses(Directory);
        _monitor = new ClusterMonitor(Processes);
        ClientConfiguration client = ClientConfiguration.Load(Directory.ClientFile);
        _clientKey = KeyFile.Load(client.KeyFile);
    }

    public ClusterDirectory Directory { get; }

    public ClusterProcesses Processes { get; }

    public string Path => Directory.Path;

    public int Count => Processes.Replicas.Count;

    public BftClientOptions ClientOptions =>
        new()
        {
            Cluster = Directory.Cluster,
            ClientId = new ClientId(0),
            Key = _clientKey,
            OperationTimeout = Patience.Time,
            ConnectTimeout = Patience.Time,
        };

    /// <summary>A cluster whose files are there already, in a directory that stays the caller's.</summary>
    public static TestCluster Open(string path) => new(_ => ClusterDirectory.Open(path));

    /// <summary>Writes the files; starts nothing.</summary>
    public static TestCluster Create(string service, Func<ClusterConfiguration, ClusterConfiguration>? adjust = null)
    {
        using LocalCluster content = LocalCluster.Create(f: 1, service, clients: 1, adjust);
        return new TestCluster(content);
    }

    /// <summary>Writes the files and starts all replicas.</summary>
    public static async Task<TestCluster> StartAsync(
        string service, Func<ClusterConfiguration, ClusterConfiguration>? adjust = null)
    {
        TestCluster cluster = Create(service, adjust);
        try
        {
            await cluster.UpAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the replicas that are down.</summary>
    public Task UpAsync() => Processes.StartAsync(Patience.Time, lines: null, CancellationToken.None);

    /// <summary>Stops all replicas as an operator does.</summary>
    public Task DownAsync() => Processes.StopAsync(CancellationToken.None);

    /// <summary>SIGKILL.</summary>
    public void Kill(int id)
    {
        int pid = Processes.Replicas[id].FindPid() ?? throw new InvalidOperationException(
            $"Replica {id} does not run. The end of its log:\n{Processes.Replicas[id].LogTail(20)}");
        LinuxProcess.Send(pid, Signal.Kill);
    }

    public Task<BftClient> ConnectAsync() => BftClient.ConnectAsync(ClientOptions);

    /// <summary>What each replica says; null for one that is down.</summary>
    public Task<IReadOnlyList<ReplicaReport?>> AskAsync() => _monitor.AskAsync(CancellationToken.None);

    /// <summary>Waits until what the replicas say is as wanted.</summary>
    public async Task<IReadOnlyList<ReplicaReport?>> UntilAsync(
        string what, Func<IReadOnlyList<ReplicaReport?>, bool> isSo)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            IReadOnlyList<ReplicaReport?> reports = await AskAsync();
            if (isSo(reports)) return reports;
            if (System.Diagnostics.Stopwatch.GetElapsedTime(start) > Patience.Time)
            {
                string logs = string.Join(
                    "\n",
                    Processes.Replicas.Select(static replica => $"-- replica {replica.Id}:\n{replica.LogTail(12)}"));
                throw new TimeoutException(
                    $"It did not become so within {Patience.Time} that {what}: {string.Join("\n", reports)}\n{logs}");
            }
        }
    }

    /// <summary>Waits until all replicas have executed the same and have the same state.</summary>
    public Task<IReadOnlyList<ReplicaReport?>> UntilAllAgreeAsync() => UntilAsync(
        "all replicas have the same state",
        static reports =>
            reports.All(
                report => report is { CatchingUp: false, StateDigest: not null }
                    && report.StateDigest == reports[0]!.StateDigest
                    && report.LastExecuted == reports[0]!.LastExecuted));

    public async ValueTask DisposeAsync()
    {
        foreach (ReplicaProcess replica in Processes.Replicas)
        {
            if (replica.FindPid() is { } pid) LinuxProcess.Send(pid, Signal.Kill);
            await replica.StopAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        }
        _monitor.Dispose();
        _clientKey.Dispose();
        _directory.Dispose();
    }
}
