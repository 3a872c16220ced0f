using System.Diagnostics;
using System.Text.Json;
using BftCloud.Processes;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Clusters;

/// <summary><c>kv watch</c> against four replicas, of which the leader is killed.</summary>
[Collection(ClusterCollection.Name)]
public sealed class WatchTests
{
    [Fact]
    public async Task Changes_are_printed_as_they_come_and_through_a_killed_leader()
    {
        await using TestCluster cluster = await TestCluster.StartAsync("kv");
        using Process watch = CommandLineRun.Start("kv", "--cluster", cluster.Path, "watch", "k", "gone");
        using Process counted = CommandLineRun.Start(
            "kv", "--cluster", cluster.Path, "watch", "--prefix", "k", "--count", "2", "--json");
        try
        {
            StreamReader lines = watch.StandardOutput;
            Assert.Equal(
                ["-", "begun", "every change behind revision 0 follows"], (await lines.ReadLineAsync())!.Split('\t'));
            Assert.Contains("\"begun\"", await counted.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);

            await KvAsync(cluster, "put", "k", "a\nb");
            Assert.Equal(["string", "\"k\"", "\"a\\x0ab\""], (await lines.ReadLineAsync())!.Split('\t')[1..]);
            cluster.Kill(0); // the first leader
            await KvAsync(cluster, "put", "other", "x");
            await KvAsync(cluster, "put", "k2", "x");
            await KvAsync(cluster, "del", "k");
            Assert.Equal(["deleted", "\"k\""], (await lines.ReadLineAsync())!.Split('\t')[1..]);

            string[] changes = (await counted.StandardOutput.ReadToEndAsync()).Split('\n')[..^1];
            await counted.WaitForExitAsync();
            Assert.Equal(0, counted.ExitCode);
            Assert.Equal(["a\nb", "x"], changes.Select(ValueOf));

            LinuxProcess.Send(watch.Id, Signal.Interrupt);
            Assert.Equal("", await lines.ReadToEndAsync());
            await watch.WaitForExitAsync();
            Assert.Equal(0, watch.ExitCode);
            Assert.StartsWith(
                "-\tbegun\t",
                await CommandLineRun.SucceedAsync("kv", "--cluster", cluster.Path, "watch", "k", "--for", "10ms"),
                StringComparison.Ordinal);
        }
        finally
        {
            foreach (Process process in (Process[])[watch, counted])
                if (!process.HasExited) process.Kill();
        }
    }

    private static string? ValueOf(string line)
    {
        using JsonDocument change = JsonDocument.Parse(line);
        return change.RootElement.GetProperty("value").GetString();
    }

    private static Task<string> KvAsync(TestCluster cluster, params string[] words) =>
        CommandLineRun.SucceedAsync(["kv", "--cluster", cluster.Path, .. words]);
}
