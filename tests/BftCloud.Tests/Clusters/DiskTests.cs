using System.Diagnostics;
using BftCloud.Tests.CommandLine;
using BftSmr;

namespace BftCloud.Tests.Clusters;

[Collection(ClusterCollection.Name)]
public sealed class DiskTests
{
    [RootFact]
    public async Task A_full_disk_stops_its_replica_loudly_and_nothing_is_lost()
    {
        await using TestCluster cluster = TestCluster.Create(
            "echo", static settings => settings with { CheckpointBytes = 1L << 30, CheckpointPeriod = 100_000 });
        string data = Path.Combine(cluster.Path, "r3", "data");
        string[] genesis = Directory.GetFiles(data);
        string kept = Path.Combine(cluster.Path, "kept");
        Directory.Move(data, kept);
        Directory.CreateDirectory(data);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", data);
        try
        {
            foreach (string file in genesis) File.Copy(Path.Combine(kept, Path.GetFileName(file)), file);
            await cluster.UpAsync();

            await using (BftClient client = await cluster.ConnectAsync())
            {
                byte[] operation = new byte[256 << 10];
                int before = 0;
                while (cluster.Processes.Replicas[3].FindPid() is not null && before < 1000)
                {
                    await client.InvokeAsync(operation);
                    before++;
                }
                for (int i = 0; i < 20; i++) await client.InvokeAsync(operation);
            }

            Assert.Null(cluster.Processes.Replicas[3].FindPid());
            Assert.Contains("space", cluster.Processes.Replicas[3].LogTail(40), StringComparison.OrdinalIgnoreCase);
            Assert.Equal(3, (await cluster.AskAsync()).Count(static report => report is not null));
        }
        finally
        {
            await cluster.DownAsync();
            await RunAsync("umount", data);
        }
    }

    [Fact]
    public async Task A_corrupted_log_is_found_and_its_replica_catches_up_from_the_others()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("counter");
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 4);
        await load.AcknowledgedMoreAsync(500);
        await cluster.Processes.Replicas[1].StopAsync(Patience.Time, CancellationToken.None);
        string log = Directory.GetFiles(
            Path.Combine(cluster.Path, "r1", "data"), "*.wal",
            SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        await CommandLineRun.SucceedAsync("inspect", "log", log);
        Corrupt(log, offset: 4096);

        CommandLineRun inspection = await CommandLineRun.OfAsync("inspect", "log", log);
        await cluster.UpAsync();
        await load.AcknowledgedMoreAsync(100);

        Assert.Equal(1, inspection.ExitCode);
        Assert.Contains("not intact", inspection.Error, StringComparison.Ordinal);
        Assert.Contains("not intact", cluster.Processes.Replicas[1].LogTail(200), StringComparison.Ordinal);
        await load.StopAndCheckAsync();
        await cluster.UntilAllAgreeAsync();
    }

    [Fact]
    public async Task A_corrupted_checkpoint_is_found_and_its_replica_catches_up_from_the_others()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            "counter", static settings => settings with { CheckpointPeriod = 64 });
        await using CounterLoad load = await CounterLoad.StartAsync(cluster, writers: 4);
        await load.AcknowledgedMoreAsync(500);
        await cluster.UntilAsync(
            "replica 1 has a stable checkpoint", static reports => reports[1]?.StableCheckpoint > 0);
        await cluster.Processes.Replicas[1].StopAsync(Patience.Time, CancellationToken.None);
        string folder = Path.Combine(cluster.Path, "r1", "data", "checkpoints");
        string manifest = Directory.GetFiles(folder, "*.manifest").Order(StringComparer.Ordinal).Last();
        await CommandLineRun.SucceedAsync("inspect", "checkpoint", manifest);
        foreach (string run in Directory.GetFiles(folder, "*.run")) Corrupt(run, offset: 1);

        CommandLineRun inspection = await CommandLineRun.OfAsync("inspect", "checkpoint", manifest);
        await cluster.UpAsync();
        await load.AcknowledgedMoreAsync(100);

        Assert.Equal(1, inspection.ExitCode);
        Assert.Contains("damaged", inspection.Error, StringComparison.Ordinal);
        await load.StopAndCheckAsync();
        await cluster.UntilAllAgreeAsync();
    }

    private static void Corrupt(string path, int offset)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        int value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x5a));
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
