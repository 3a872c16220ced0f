using System.Diagnostics;
using System.Text.Json;
using BftCloud.Monitoring;
using BftCloud.Processes;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Clusters;

/// <summary>A cluster as an operator has it: by the commands alone.</summary>
[Collection(ClusterCollection.Name)]
public sealed class LifecycleTests
{
    [Fact]
    public async Task From_init_to_down()
    {
        await using TestCluster cluster = TestCluster.Create("kv");
        string path = cluster.Path;

        Assert.Contains(
            "All 4 replicas are up", await CommandLineRun.SucceedAsync("cluster", "up", path, "--detach"),
            StringComparison.Ordinal);
        Assert.Contains(
            "up already", await CommandLineRun.SucceedAsync("cluster", "up", path, "--detach"),
            StringComparison.Ordinal);

        await CommandLineRun.SucceedAsync("kv", "--cluster", path, "put", "a/1", "one");
        await CommandLineRun.SucceedAsync("kv", "--cluster", path, "put", "a/2", "zwei – 2", "--if-absent");
        Assert.Equal("one\n", await CommandLineRun.SucceedAsync("kv", "--cluster", path, "get", "a/1"));
        Assert.Contains(
            "'missing'", await CommandLineRun.FailAsync(1, "kv", "--cluster", path, "get", "missing"),
            StringComparison.Ordinal);
        Assert.Contains(
            "nothing was changed",
            await CommandLineRun.FailAsync(1, "kv", "--cluster", path, "put", "a/1", "x", "--if-absent"),
            StringComparison.Ordinal);
        await CommandLineRun.SucceedAsync("kv", "--cluster", path, "cas", "a/1", "one", "two");
        Assert.Contains(
            "holds 'two'", await CommandLineRun.FailAsync(1, "kv", "--cluster", path, "cas", "a/1", "one", "three"),
            StringComparison.Ordinal);
        Assert.Equal(
            "a/1\ttwo\na/2\tzwei – 2\n", await CommandLineRun.SucceedAsync("kv", "--cluster", path, "list", "a/"));
        Assert.Equal(
            """[{"key":"a/1","value":"two"}]""",
            (await CommandLineRun.SucceedAsync("kv", "--cluster", path, "list", "a/1", "--json")).Trim());
        Assert.Equal("1\n", await CommandLineRun.SucceedAsync("kv", "--cluster", path, "del", "a/2", "missing"));

        using JsonDocument status =
            JsonDocument.Parse(await CommandLineRun.SucceedAsync("cluster", "status", path, "--json"));
        Assert.All(status.RootElement.GetProperty("replicas").EnumerateArray(), static replica =>
        {
            Assert.True(replica.GetProperty("up").GetBoolean());
            Assert.True(replica.GetProperty("pid").GetInt32() > 1);
            Assert.True(replica.GetProperty("lastExecuted").GetInt64() > 0);
            Assert.Equal(64, replica.GetProperty("stateDigest").GetString()!.Length);
        });

        Assert.Contains(
            "Stopped 4", await CommandLineRun.SucceedAsync("cluster", "down", path), StringComparison.Ordinal);
        Assert.All(
            cluster.Processes.Replicas,
            static replica => Assert.Contains("has stopped", replica.LogTail(3), StringComparison.Ordinal));
        Assert.Contains(
            "connected", await CommandLineRun.FailAsync(1, "kv", "--cluster", path, "--timeout", "1s", "get", "a/1"),
            StringComparison.Ordinal);

        await CommandLineRun.SucceedAsync("cluster", "up", path, "--detach");
        Assert.Equal("two\n", await CommandLineRun.SucceedAsync("kv", "--cluster", path, "get", "a/1"));
    }

    [Fact]
    public async Task A_pid_file_that_names_another_process_or_none_is_not_believed()
    {
        await using TestCluster cluster = TestCluster.Create("counter");
        await File.WriteAllTextAsync(cluster.Directory.PidFile(0), $"{Environment.ProcessId}\n");
        await File.WriteAllTextAsync(cluster.Directory.PidFile(1), "999999999\n");
        await File.WriteAllTextAsync(cluster.Directory.PidFile(2), "rubbish");

        Assert.Contains(
            "No replica was running", await CommandLineRun.SucceedAsync("cluster", "down", cluster.Path),
            StringComparison.Ordinal);
        await File.WriteAllTextAsync(cluster.Directory.PidFile(0), $"{Environment.ProcessId}\n");
        await cluster.UpAsync();

        Assert.All(
            cluster.Processes.Replicas, static replica => Assert.NotEqual(Environment.ProcessId, replica.FindPid()));
        Assert.All(await cluster.AskAsync(), Assert.NotNull);
    }

    [Fact]
    public async Task Commands_that_start_a_cluster_at_the_same_time_leave_no_replica_behind()
    {
        await using TestCluster cluster = TestCluster.Create("counter");
        for (int round = 0; round < 3; round++)
        {
            CommandLineRun[] ups = await Task.WhenAll(Enumerable.Range(0, 4).Select(
                _ => CommandLineRun.OfAsync("cluster", "up", cluster.Path, "--detach")));

            Assert.All(ups, static up => Assert.Contains("up", up.Output, StringComparison.Ordinal));
            Assert.All(ups, static up => Assert.Equal(0, up.ExitCode));
            Assert.All(cluster.Processes.Replicas, replica => Assert.Equal(
                $"{replica.FindPid()}\n", File.ReadAllText(cluster.Directory.PidFile(replica.Id))));
            Assert.Contains(
                "Stopped 4", await CommandLineRun.SucceedAsync("cluster", "down", cluster.Path),
                StringComparison.Ordinal);
            Assert.All(cluster.Processes.Replicas, static replica => Assert.Null(replica.FindPid()));
        }
    }

    [Fact]
    public async Task A_cluster_is_the_same_by_whatever_path_and_wherever_it_was_moved_to()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        string link = cluster.Path + ".link", moved = cluster.Path + ".moved";
        Directory.CreateSymbolicLink(link, cluster.Path);

        Assert.Contains(
            "up already", await CommandLineRun.SucceedAsync("cluster", "up", link, "--detach"),
            StringComparison.Ordinal);
        Assert.Contains(
            "Stopped 4", await CommandLineRun.SucceedAsync("cluster", "down", link), StringComparison.Ordinal);
        Assert.Contains(
            "All 4", await CommandLineRun.SucceedAsync("cluster", "up", link, "--detach"), StringComparison.Ordinal);
        Directory.Move(cluster.Path, moved);
        Assert.Contains(
            "Stopped 4", await CommandLineRun.SucceedAsync("cluster", "down", moved), StringComparison.Ordinal);
        Directory.Move(moved, cluster.Path);
    }

    [Fact]
    public async Task A_replica_whose_data_directory_was_removed_while_it_ran_can_be_stopped()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        Directory.Delete(Path.Combine(cluster.Path, "r1", "data"), recursive: true);
        Assert.Contains(
            "Stopped 4", await CommandLineRun.SucceedAsync("cluster", "down", cluster.Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_refuses_the_data_of_another_cluster_by_both_names()
    {
        await using TestCluster one = await TestCluster.StartAsync("counter");
        await one.DownAsync();
        await using TestCluster two = TestCluster.Create("counter");
        string data = Path.Combine(two.Path, "r1", "data");
        Directory.Delete(data, recursive: true);
        Directory.Move(Path.Combine(one.Path, "r1", "data"), data);

        string error = await CommandLineRun.FailAsync(1, "cluster", "up", two.Path, "--detach");

        Assert.Contains(one.Directory.Cluster.ClusterId, error, StringComparison.Ordinal);
        Assert.Contains(two.Directory.Cluster.ClusterId, error, StringComparison.Ordinal);
        Assert.Contains(data, error, StringComparison.Ordinal);
        Assert.Null(two.Processes.Replicas[1].FindPid());
    }

    [Fact]
    public async Task In_the_foreground_a_cluster_runs_until_it_is_told_to_stop()
    {
        await using TestCluster cluster = TestCluster.Create("counter");
        using Process up = CommandLineRun.Start("cluster", "up", cluster.Path);
        Assert.Contains("are up", await up.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        Assert.All(await cluster.AskAsync(), Assert.NotNull);

        LinuxProcess.Send(up.Id, Signal.Terminate);
        string rest = await up.StandardOutput.ReadToEndAsync();
        await up.WaitForExitAsync();

        Assert.Equal(0, up.ExitCode);
        Assert.Contains("All replicas are stopped", rest, StringComparison.Ordinal);
        Assert.All(cluster.Processes.Replicas, static replica => Assert.Null(replica.FindPid()));
    }

    [Fact]
    public async Task A_replica_in_the_foreground_stops_cleanly_on_sigterm_and_a_second_one_is_kept_off_its_data()
    {
        await using TestCluster cluster = TestCluster.Create("counter");
        string configuration = cluster.Directory.ReplicaFile(0);
        using Process replica = CommandLineRun.Start("replica", "run", "--config", configuration);
        Task<string> log = replica.StandardOutput.ReadToEndAsync();
        await cluster.UntilAsync("replica 0 answers", static reports => reports[0] is not null);

        string second = (await CommandLineRun.OfAsync("replica", "run", "--config", configuration)).Error;
        LinuxProcess.Send(replica.Id, Signal.Terminate);
        await replica.WaitForExitAsync();

        Assert.Contains("data", second, StringComparison.Ordinal);
        Assert.Equal(0, replica.ExitCode);
        Assert.Contains("Replica 0 has stopped", await log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bench_prints_its_one_object()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("echo");

        foreach (string extra in (string[])["--multiplex", "--reads", "--json"])
        {
            string json = await CommandLineRun.SucceedAsync(
            [
                "bench", "echo", "--cluster", cluster.Path, "--clients", "4", "--request-bytes", "100",
                "--reply-bytes", "50", "--duration", "500ms", "--warm-up", "200ms",
                .. extra == "--json" ? (string[])[] : [extra], "--json",
            ]);
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement report = document.RootElement;
            Assert.Equal(
                [
                    "workload", "clients", "requestBytes", "replyBytes", "seconds", "operations", "errors",
                    "opsPerSecond", "latencyMs", "replicas", "histogram", "timeline",
                ],
                report.EnumerateObject().Select(static property => property.Name));
            Assert.Equal(
                ["p50", "p90", "p99", "p999", "max"],
                report.GetProperty("latencyMs").EnumerateObject().Select(static property => property.Name));
            Assert.True(report.GetProperty("operations").GetInt64() > 0);
            Assert.Equal(0, report.GetProperty("errors").GetInt64());
            Assert.Equal(
                [0, 1, 2, 3],
                report.GetProperty("replicas").EnumerateArray()
                    .Select(static replica => replica.GetProperty("id").GetInt32()));
            Assert.All(
                report.GetProperty("replicas").EnumerateArray(),
                static replica => Assert.True(replica.GetProperty("rssMiB").GetDouble() > 1));
        }
    }

    [Fact]
    public async Task Pages_of_a_replica_show_where_it_stands()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 1);
        await load.AcknowledgedMoreAsync(10);
        await load.StopAndCheckAsync();
        IReadOnlyList<ReplicaReport?> reports = await cluster.UntilAllAgreeAsync();
        string address = BftSmr.ReplicaConfiguration.Load(cluster.Directory.ReplicaFile(0)).MetricsAddress!;
        using HttpClient http = new();

        string metrics = await http.GetStringAsync(new Uri($"http://{address}/metrics"));
        string page = await http.GetStringAsync(new Uri($"http://{address}/"));

        Assert.Contains("bftsmr_executed_operations_total", metrics, StringComparison.Ordinal);
        Assert.Contains("bftsmr_regency", metrics, StringComparison.Ordinal);
        Assert.Contains("fetch('/status'", page, StringComparison.Ordinal);
        Assert.Equal(cluster.Directory.Cluster.ClusterId, reports[0]!.ClusterId);
        Assert.Equal([1, 2, 3], reports[0]!.Peers.Select(static peer => peer.Id));
    }
}
