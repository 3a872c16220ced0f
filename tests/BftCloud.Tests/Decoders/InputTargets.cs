using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using BftCloud.Bench;
using BftCloud.Chaos;
using BftCloud.Cluster;
using BftCloud.Common;
using BftCloud.Dashboard;
using BftCloud.Features.Memcache;
using BftCloud.Monitoring;
using BftCloud.Processes;
using BftCloud.Sim;
using BftCloud.Testing.Fuzzing;
using BftSmr;
using BftSmr.Configuration;
using BftSmr.Simulation;

namespace BftCloud.Tests.Decoders;

/// <summary>
/// What people type and save, what a browser asks, and what a replica, which may be faulty, says of itself.
/// </summary>
internal sealed class InputTargets(TemporaryDirectory directory) : IAsyncDisposable
{
    private const string Report =
        """{"id":0,"pid":1,"clusterId":"c","service":"kv","uptimeSeconds":1.5,"regency":0,"leader":0,"""
        + """ "synchronized":true,"catchingUp":false,"silent":false,"lastExecuted":7,"stableCheckpoint":0,"""
        + """ "stateDigest":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","""
        + """ "executedOperations":1,"pendingRequests":0,"sessions":1,"leaderChanges":0,"rejected":{"a":1},"""
        + """ "ledBatches":1,"ledSeconds":0.5,"instancesBehind":3,"notReady":"x","""
        + """ "progress":{"phase":"fetching","checkpoint":7,"bytesHad":3,"bytesNeeded":8,"bytesPerSecond":1.5},"""
        + """ "usage":{"cpuSeconds":1.5,"memoryBytes":1,"dataBytes":1,"freeBytes":1},"""
        + """ "peers":[{"id":1,"connected":true,"lastExecuted":7,"lag":0}]}""";

    private const string Start =
        """{"id":0,"pid":1,"clusterId":"c","service":"kv","progress":{"phase":"starting","checkpoint":null,"""
        + """ "bytesHad":3,"bytesNeeded":8,"bytesPerSecond":1.5,"instancesPerSecond":null}}""";

    private const string BenchReport =
        """{"workload":"kv","clients":1,"requestBytes":0,"replyBytes":0,"seconds":1.5,"operations":2,"errors":0,"""
        + """ "opsPerSecond":1.3,"latencyMs":{"p50":1,"p90":1,"p99":1,"p999":1,"max":1},"""
        + """ "replicas":[{"id":0,"cpuSeconds":0.5,"rssMiB":null}],"""
        + """ "histogram":[{"fromMs":1,"toMs":2,"operations":2}],"""
        + """ "timeline":{"seconds":[1],"opsPerSecond":[2],"replicas":[{"id":0,"cpuPercent":[null],"rssMiB":[1]}]}}""";

    private static readonly byte[][] JsonWords = Words(
        "{", "}", "[", "]", "\"", ":", ",", "null", "[null]", "{}", "[]", "true", "1e400", "\\u0000", "\\ud800",
        "\"fault\"", "\"crash\"", "\"events\":[null]", "\"faults\":", "\"kind\": 99", "\"perturbations\": null",
        "[red]", "[/]", "\"\"");
    private static readonly byte[][] TextWords = Words(
        "NaN", "Infinity", "-Infinity", "\u221e", "ms", "s", "m", "h", "..", "1..2", "1e3", "0x1", "crashes", "All",
        "None", "-1", "+1", "[::1]:1", "127.0.0.1:", "%", ",", "1,5");
    private static readonly byte[][] CommandWords = Words(
        "\n", "--", "--json", "--seeds", "sim", "kv", "put", "bench", "cluster", "depsky", "--ttl", "--minutes",
        "--listen", "--timeout", "--help", "--version", "[suggest]", "[diagram]", "=", ":");
    private static readonly string[] SavedPlans = [.. Enumerable.Range(1, 5).Select(static seed => Play((ulong)seed))];

    private MonitoringServer? _server;
    private string _address = "";
    private byte[] _status = [];

    public IEnumerable<FuzzTarget> All =>
    [
        new(
            "saved simulation", static random => Encoding.UTF8.GetBytes(SavedPlans[random.Next(SavedPlans.Length)]),
            static bytes => SavedSimulation.Read(Encoding.UTF8.GetString(bytes)) is not null)
        {
            Refusals = [typeof(FormatException)],
            Normal = static bytes => Encoding.UTF8.GetBytes(
                SavedSimulation.Write(SavedSimulation.Read(Encoding.UTF8.GetString(bytes)))),
            AllocatedBytes = 256 << 10,
            AllocatedBytesPerByte = 100,
            Words = JsonWords,
            Rounds = 5,
        },
        new(
            "chaos manifest",
            static random => Encoding.UTF8.GetBytes(
                $$"""{ "f": 1, "seed": {{random.Next()}}, "perturbations": """
                + """[ { "kind": "kill", "seconds": 1.5 }, { "kind": "powerOff", "seconds": 1 } ], /* x */ }"""),
            LoadManifest)
        {
            Refusals = [typeof(CommandFailedException)],
            AllocatedBytes = 256 << 10,
            AllocatedBytesPerByte = 100,
            Words = JsonWords,
            Rounds = 8,
        },
        Option(
            "time", static random => $"{random.Next(1, 500)}{(random.Next(2) == 0 ? "ms" : "s")}",
            new Option<Duration>("--x") { CustomParser = Duration.Parse },
            static time => time.Time >= TimeSpan.Zero && time.Time <= TimeSpan.FromDays(7)),
        Option(
            "seeds", static random => $"{random.Next(100)}..{random.Next(100, 200)}",
            new Option<SeedRange?>("--x") { CustomParser = SeedRange.Parse },
            static range => range!.Count > 0 && range.First <= range.Last),
        Option(
            "kinds of faults", static random => random.Next(2) == 0 ? "crashes,partitions" : "network",
            new Option<FaultKinds?>("--x") { CustomParser = FaultKindsOption.Parse },
            static kinds => (kinds & ~FaultKinds.All) == 0),
        Option(
            "keys of a benchmark",
            static random => $"{(random.Next(2) == 0 ? "zipf" : "uniform")}:{random.Next(1, 500)}",
            new Option<MemcacheBenchKeys>("--x") { CustomParser = MemcacheBenchKeys.Parse },
            static keys => keys.Count is > 0 and <= 10_000_000),
        new(
            "command line", static random => Encoding.UTF8.GetBytes($"sim\n--seeds\n1..{random.Next(1, 100)}\n--json"),
            static bytes => ParseCommand(bytes))
        {
            Words = [.. CommandWords, .. TextWords],
            AllocatedBytes = 4 << 20,
            AllocatedBytesPerByte = 20_000,
            Rounds = 2,
        },
        new("request for a page", static _ => "GET /status/digest?x HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), Ask)
        {
            IsAsynchronous = true,
            Words = Words("GET ", "HEAD ", "Host: ", "[", "HTTP/1.1", "\r\n", "\r\n\r\n", "/", "/../", "%00", "?", " "),
            Rounds = 2,
        },
        new("report of a benchmark", static _ => Encoding.UTF8.GetBytes(BenchReport), LoadBenchReport)
        {
            Refusals = [typeof(CommandFailedException)],
            AllocatedBytes = 1 << 20,
            AllocatedBytesPerByte = 200,
            Words = JsonWords,
            Rounds = 8,
        },
        new("status of a replica", static _ => Encoding.UTF8.GetBytes(Report), Show)
        {
            IsAsynchronous = true, Words = JsonWords, Rounds = 2,
        },
        new("status of a replica that starts", static _ => Encoding.UTF8.GetBytes(Start), ShowStart)
        {
            IsAsynchronous = true, Words = JsonWords, Rounds = 2,
        },
    ];

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private static byte[][] Words(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];

    private static string Play(ulong seed)
    {
        SimulationOptions options = new() { Seed = seed, OperationsPerClient = 2, FaultyMicros = 500_000 };
        return SavedSimulation.Write(options with { Faults = BftSmr.Simulation.Cluster.Simulate(options).Plan });
    }

    private bool LoadManifest(byte[] bytes)
    {
        string file = directory.At("manifest.json");
        File.WriteAllBytes(file, bytes);
        return ChaosManifest.Load(file).Perturbations.All(static p => p.Kind.ToString().Length > 0);
    }

    /// <summary>What is no report is refused; of every report there is a page.</summary>
    private bool LoadBenchReport(byte[] bytes)
    {
        string file = directory.At("report.json");
        File.WriteAllBytes(file, bytes);
        return new BenchPage([new BenchPageRun("report.json", BenchReportFile.Load(file))]).Render().Length > 0;
    }

    private static FuzzTarget Option<T>(string name, Func<Random, string> valid, Option<T> option, Func<T, bool> holds)
    {
        RootCommand command = [option];
        ParserConfiguration configuration = new() { ResponseFileTokenReplacer = null };
        return new FuzzTarget(name, random => Encoding.UTF8.GetBytes(valid(random)), bytes =>
        {
            ParseResult result = command.Parse(["--x=" + Encoding.UTF8.GetString(bytes)], configuration);
            if (result.Errors.Count > 0 || result.GetValue(option) is not { } value
                || result.GetResult(option) is not { Tokens.Count: 1 })
            {
                return false;
            }
            return holds(value)
                ? true
                : throw new InvalidOperationException($"'{Encoding.UTF8.GetString(bytes)}' became {value}.");
        })
        { AllocatedBytes = 64 << 10, AllocatedBytesPerByte = 400, Words = TextWords, Rounds = 10 };
    }

    private static bool ParseCommand(byte[] bytes) =>
        BftCloudCommand.Create(FeatureList.All).Parse(
            Encoding.UTF8.GetString(bytes).Split('\n'),
            new ParserConfiguration { ResponseFileTokenReplacer = null }).Errors.Count == 0;

    private void Serve()
    {
        if (_server is not null) return;
        _address = LocalCluster.Loopback(LocalPorts.Take(1)[0]);
        _server = MonitoringServer.StartAsync(
            _address,
            new MonitoringSite
            {
                Open = (path, _) => ValueTask.FromResult<MonitoringPage?>(
                    path.StartsWith("/status", StringComparison.Ordinal)
                        ? new MonitoringPage("application/json", _status, IsHealthy: path == "/status/digest") : null),
                Paths = "/status/digest",
                AddressName = "address",
                Remedy = "Take another.",
                HostNames = ["a"],
            }).GetAwaiter().GetResult();
    }

    /// <summary>Every request is answered, with a status.</summary>
    private bool Ask(byte[] request)
    {
        Serve();
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPEndPoint.Parse(_address));
        socket.Send(request);
        socket.Shutdown(SocketShutdown.Send);
        byte[] answer = new byte[64];
        int length = 0;
        for (int read; length < answer.Length && (read = socket.Receive(answer.AsSpan(length))) > 0;) length += read;
        if (!answer.AsSpan().StartsWith("HTTP/1.1 "u8)) throw new InvalidOperationException("There is no answer.");
        return answer.AsSpan().StartsWith("HTTP/1.1 200"u8);
    }

    /// <summary>What a replica says that starts is shown, or it counts as down.</summary>
    private bool ShowStart(byte[] status)
    {
        Serve();
        _status = status;
        using MonitoringClient client = new();
        ReplicaLook look = client.LookAsync(_address, default).GetAwaiter().GetResult();
        StatusTable.Of(new ClusterReport([
            new ClusterReplicaReport(
                0, null, false, look.NotReady, null, null, null, null, null, null, null, null, look.Progress)]));
        if (look.Start is null) return false;
        ClusterSampler sampler = new("c", faulty: 0, window: 1, new StateComparison(1, 0));
        DashboardView view = new(
            new DashboardCluster("c", "kv", 1, 1), [sampler.Next([null], static _ => true, 0, _ => look.Start)], []);
        JsonSerializer.SerializeToUtf8Bytes(view, DashboardJson.Default.DashboardView);
        return true;
    }

    /// <summary>What a replica says is shown, or it counts as down.</summary>
    private bool Show(byte[] status)
    {
        Serve();
        _status = status;
        using MonitoringClient client = new();
        ReplicaReport? report = client.TryGetStatusAsync(_address, default).GetAwaiter().GetResult();
        ClusterReplicaReport row = new(
            0, report?.Pid, report is not null, report?.NotReady, report?.InstancesBehind, report?.Regency,
            report?.Leader, report?.LastExecuted, report?.StableCheckpoint, report?.StateDigest, report?.DamageFound,
            report?.DamageMended, report?.Progress);
        StatusTable.Of(new ClusterReport([row]));
        if (report is null) return false;
        ClusterSampler sampler = new("c", faulty: 0, window: 1, new StateComparison(1, 0));
        ReplicaAnswer[] before = [new(report, 0)], now = [new(report, Stopwatch.Frequency)];
        sampler.Next(before, static _ => true, 0);
        DashboardView view = new(
            new DashboardCluster("c", "kv", 1, 1), [sampler.Next(now, static _ => true, 1000)],
            ClusterSampler.Rejections(now));
        JsonSerializer.SerializeToUtf8Bytes(view, DashboardJson.Default.DashboardView);
        return true;
    }
}
