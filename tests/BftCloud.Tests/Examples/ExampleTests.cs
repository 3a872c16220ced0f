using System.Diagnostics;
using BftCloud.Tests.Clusters;

namespace BftCloud.Tests.Examples;

/// <summary>Each example runs as a process, ends well, and tells what it is an example of.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ExampleTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_counter_goes_on_without_the_leader() =>
        Assert.Equal(["counted to 55"], await RunAsync("EmbeddedCounter"));

    [Fact]
    public async Task The_bank_loses_a_replica_and_no_money_and_refuses_a_reader()
    {
        string[] lines = await RunAsync("ReplicatedBank");

        Assert.Equal("at the start: ann has 1000, bob has 1000, cleo has 1000; the bank holds 3000", lines[0]);
        Assert.Equal("at the end: ann has 1200, bob has 900, cleo has 900; the bank holds 3000", lines[^1]);
        Assert.Equal("health: Healthy. Every replica takes part.", lines[1]);
        Assert.Contains(lines, static line => line.EndsWith(", the leader, was stopped", StringComparison.Ordinal));
        Assert.Contains(lines, static line =>
            line.StartsWith("health: Degraded. ", StringComparison.Ordinal)
            && line.Contains("does not reach", StringComparison.Ordinal));
        Assert.Contains(
            "bob pays more than he has: bob has 900, too little to pay 5000.", lines);
        string refused = lines.Single(static line => line.StartsWith("the auditor pays: ", StringComparison.Ordinal));
        Assert.Contains("lacks the right 'write'", refused, StringComparison.Ordinal);
        Assert.Contains(lines, static line => line.StartsWith("metrics: 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lease_has_one_holder_at_a_time_and_a_late_write_is_refused()
    {
        string[] lines = await RunAsync("LeaseService");

        Assert.Equal("alice, bob, carol incremented 5 times each, one at a time", lines[0]);
        Assert.StartsWith("alice took lease ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("the lease ran out, and ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith(
            "alice wakes up and writes, refused by the counter: Token ", lines[3], StringComparison.Ordinal);
        Assert.Contains("has ended", lines[4], StringComparison.Ordinal);
        Assert.EndsWith(" 0 of them overlap; the counter is 17 of 17", lines[5], StringComparison.Ordinal);
    }

    /// <summary>The heap of all replicas together may have the bytes of one state.</summary>
    [Fact]
    public async Task A_state_larger_than_the_memory_is_wiped_and_back()
    {
        string[] lines = await RunAsync("BlockStore", ("DOTNET_GCHeapHardLimit", $"{128 << 20:x}"));

        Assert.Equal(
            [
                "4 replicas have 128 MiB of blocks each, in files", "together they may have 128 MiB of memory",
                "r3 lost everything, and is back while the others are written to", "all have the same blocks",
            ],
            lines);
    }

    [Fact]
    public async Task Objects_outlive_a_cloud_that_loses_everything_and_one_that_tampers()
    {
        string[] lines = await RunAsync("ObjectStore");

        Assert.Contains("listed reports/2025, version 0.2", lines);
        Assert.Contains("cloud0 has Missing metadata", lines.Select(static line => line.Trim()));
        Assert.Contains("cloud1 has Corrupt metadata", lines.Select(static line => line.Trim()));
        Assert.Equal(2, lines.Count(static line => line == "  all reports are read as they were written"));
        Assert.Equal(2, lines.Count(static line => line.EndsWith(" flaws; 0 are left", StringComparison.Ordinal)));
        Assert.StartsWith("a reader writes: This client has no writer key", lines[^2], StringComparison.Ordinal);
        Assert.Equal("nothing was lost", lines[^1]);
    }

    /// <summary>
    /// From its own output: what lies there is all that the example has beside the runtime that it names.
    /// </summary>
    private static async Task<string[]> RunAsync(string example, params (string Name, string Value)[] environment)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Checkout.At("examples", example, "bin", configuration, "net10.0", $"{example}.dll");
        ProcessStartInfo start = new("dotnet", program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"{example} did not end in {s_patience}:\n{await output}{await error}");
        }
        Assert.True(process.ExitCode == 0, $"{example} ended with {process.ExitCode}:\n{await output}{await error}");
        return (await output).TrimEnd().Split('\n');
    }
}
