using System.Diagnostics;
using System.Net;
using System.Text.Json;
using BftCloud.Monitoring;
using BftCloud.Processes;
using BftCloud.Tests.CommandLine;
using BftCloud.Tests.Dashboard;

namespace BftCloud.Tests.Clusters;

/// <summary>Replicas that take long to start or to catch up: seen, and waited for while they get further.</summary>
[Collection(ClusterCollection.Name)]
public sealed class SlowStartTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task A_start_that_gets_further_is_waited_for_beyond_the_timeout()
    {
        TimeSpan takes = TimeSpan.FromSeconds(6);
        await using TestCluster cluster = await StartWithoutReplica2Async();
        long reads = 0;
        Stopwatch? since = null;
        await using PlayedReplica slow = await PlayedReplica.StartAsync(cluster, 2, () =>
        {
            since ??= Stopwatch.StartNew();
            return since.Elapsed < takes
                ? PlayedReplica.Starting(2, ++reads * MiB, 4000 * MiB)
                : new ReplicaLook(Reports.Of(2), null);
        });

        CommandLineRun up = await CommandLineRun.OfAsync(
            "cluster", "up", cluster.Path, "--detach", "--timeout", "2s");

        Assert.True(up.ExitCode == 0, up.Error);
        Assert.Contains("All 4 replicas are up already", up.Output, StringComparison.Ordinal);
        Assert.Contains("Waiting: r2 is starting: it reads its disk (", up.Error, StringComparison.Ordinal);
        Assert.Contains(" MiB of 3.9 GiB, 1.0 MiB/s)", up.Error, StringComparison.Ordinal);
        Assert.True(since?.Elapsed >= takes);
    }

    [Fact]
    public async Task A_start_that_does_not_get_further_is_given_up_and_the_error_says_what_to_do()
    {
        await using TestCluster cluster = await StartWithoutReplica2Async();
        await using PlayedReplica stuck = await PlayedReplica.StartAsync(
            cluster, 2, static () => PlayedReplica.Starting(2, 3 * MiB, 8 * MiB));

        string error = await CommandLineRun.FailAsync(
            1, "cluster", "up", cluster.Path, "--detach", "--timeout", "1s");
        string waited = await CommandLineRun.FailAsync(1, "cluster", "wait", cluster.Path, "--timeout", "1s");

        Assert.Contains(
            "Replica 2 is starting: it reads its disk (3.0 MiB of 8.0 MiB, 1.0 MiB/s), and no replica made progress "
            + "for 1s.", error, StringComparison.Ordinal);
        Assert.Contains($"its process, {stuck.Pid}, work", error, StringComparison.Ordinal);
        Assert.Contains($"'bftcloud cluster up {cluster.Path} --timeout TIME'", error, StringComparison.Ordinal);
        Assert.Contains($"'bftcloud cluster down {cluster.Path}'", error, StringComparison.Ordinal);
        Assert.Contains(
            "Not ready, and no progress for 1s: r2 is starting: it reads its disk (3.0 MiB of 8.0 MiB, 1.0 MiB/s).",
            waited, StringComparison.Ordinal);
        Assert.Equal(stuck.Pid, cluster.Processes.Replicas[2].FindPid());
        Assert.Equal(3, (await cluster.AskAsync()).Count(static report => report is not null));
    }

    [Fact]
    public async Task A_process_that_does_not_answer_at_all_is_given_up()
    {
        await using TestCluster cluster = await StartWithoutReplica2Async();
        using Process replica = cluster.Processes.Replicas[2].Start();
        LinuxProcess.Send(replica.Id, Signal.Stop);
        try
        {
            string error = await CommandLineRun.FailAsync(
                1, "cluster", "up", cluster.Path, "--detach", "--timeout", "1s");

            Assert.Contains("Replica 2 does not answer", error, StringComparison.Ordinal);
            Assert.Contains($"its process, {replica.Id}, work", error, StringComparison.Ordinal);
        }
        finally
        {
            LinuxProcess.Send(replica.Id, Signal.Continue);
        }
    }

    [Fact]
    public async Task Status_shows_what_is_fetched_and_what_is_read()
    {
        await using TestCluster cluster = TestCluster.Create("counter");
        ReplicaReport fetching = Reports.Of(0) with
        {
            CatchingUp = true, NotReady = "fetches a checkpoint, 1200 instances behind", InstancesBehind = 1200,
            Progress = new ProgressReport("fetching", 700, 120 * MiB, 300 * MiB, 12.5 * MiB, 3.5),
        };
        await using PlayedReplica late = await PlayedReplica.StartAsync(
            cluster, 0, () => new ReplicaLook(fetching, null));
        await using PlayedReplica starting = await PlayedReplica.StartAsync(
            cluster, 1, static () => PlayedReplica.Starting(1, 3 * MiB, 8 * MiB));

        string table = await CommandLineRun.SucceedAsync("cluster", "status", cluster.Path);
        using JsonDocument json =
            JsonDocument.Parse(await CommandLineRun.SucceedAsync("cluster", "status", cluster.Path, "--json"));

        Assert.Contains("fetches a checkpoint, 1200 instances behind", table, StringComparison.Ordinal);
        Assert.Contains("120.0 MiB of 300.0 MiB, 12.5 MiB/s", table, StringComparison.Ordinal);
        Assert.Contains("is starting: it reads its disk", table, StringComparison.Ordinal);
        Assert.Contains("3.0 MiB of 8.0 MiB, 1.0 MiB/s", table, StringComparison.Ordinal);
        JsonElement[] replicas = [.. json.RootElement.GetProperty("replicas").EnumerateArray()];
        JsonElement progress = replicas[0].GetProperty("progress");
        Assert.Equal("fetching", progress.GetProperty("phase").GetString());
        Assert.Equal(
            (700, 120 * MiB, 300 * MiB),
            (progress.GetProperty("checkpoint").GetInt64(), progress.GetProperty("bytesHad").GetInt64(),
                progress.GetProperty("bytesNeeded").GetInt64()));
        Assert.Equal(12.5 * MiB, progress.GetProperty("bytesPerSecond").GetDouble());
        Assert.Equal(1200, replicas[0].GetProperty("instancesBehind").GetInt64());
        Assert.Equal("starting", replicas[1].GetProperty("progress").GetProperty("phase").GetString());
        Assert.False(replicas[1].GetProperty("up").GetBoolean());
        Assert.Equal(JsonValueKind.Null, replicas[2].GetProperty("progress").ValueKind);
    }

    [Fact]
    public async Task A_replica_that_runs_tells_its_phase_at_all_its_pages()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        string address = BftSmr.ReplicaConfiguration.Load(cluster.Directory.ReplicaFile(0)).MetricsAddress!;
        IReadOnlyList<ReplicaReport?> reports = await cluster.UntilAsync(
            "all are ready", static all => all.All(static report => report?.NotReady is null && report is not null));
        using HttpClient http = new();

        string metrics = "";
        await Patience.UntilAsync(
            () => (metrics = http.GetStringAsync(new Uri($"http://{address}/metrics")).GetAwaiter().GetResult())
                .Contains("phase=\"ready\"} 1", StringComparison.Ordinal),
            "the metrics say that it is ready");

        Assert.All(reports, static report => Assert.Equal("ready", report!.Progress!.Phase));
        Assert.Contains("phase=\"fetching\"} 0", metrics, StringComparison.Ordinal);
        Assert.Contains("bftsmr_checkpoint_needed_bytes", metrics, StringComparison.Ordinal);
        Assert.Contains("bftsmr_behind", metrics, StringComparison.Ordinal);
        using HttpResponseMessage ready = await http.GetAsync(new Uri($"http://{address}/readyz"));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    private static async Task<TestCluster> StartWithoutReplica2Async()
    {
        TestCluster cluster = await TestCluster.StartAsync("counter");
        await cluster.Processes.StopAsync([2], default);
        return cluster;
    }
}
