using System.Diagnostics;
using System.Text.Json;
using BftCloud.Processes;

namespace BftCloud.Tests.CommandLine;

public class SimTests
{
    [Fact]
    public async Task The_same_seed_has_the_same_trace_hash_twice()
    {
        using JsonDocument once = JsonDocument.Parse(await CommandLineRun.SucceedAsync("sim", "--seed", "7", "--json"));
        using JsonDocument again =
            JsonDocument.Parse(await CommandLineRun.SucceedAsync("sim", "--seed", "7", "--json"));

        Assert.Equal(7, once.RootElement.GetProperty("seed").GetInt32());
        Assert.Equal("passed", once.RootElement.GetProperty("verdict").GetString());
        Assert.True(once.RootElement.GetProperty("steps").GetInt64() > 0);
        Assert.Equal(
            once.RootElement.GetProperty("traceHash").GetString(),
            again.RootElement.GetProperty("traceHash").GetString());
    }

    [Fact]
    public async Task A_range_of_seeds_is_a_campaign()
    {
        using JsonDocument report = JsonDocument.Parse(await CommandLineRun.SucceedAsync(
            "sim", "--seeds", "1..4", "--durability", "votes", "--authentication", "signed", "--json"));

        Assert.Equal(4, report.RootElement.GetProperty("seeds").GetInt32());
        Assert.Equal("passed", report.RootElement.GetProperty("verdict").GetString());
        Assert.Empty(report.RootElement.GetProperty("violations").EnumerateArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_interrupted_campaign_reports_what_it_did_and_says_so_by_its_exit_code(bool byTerminal)
    {
        using Process process = CommandLineRun.Start("sim", "--minutes", "5", "--faults", "crashes,network");
        string? first = await process.StandardError.ReadLineAsync(); // the first seed is done
        LinuxProcess.Send(process.Id, byTerminal ? Signal.Interrupt : Signal.Terminate);
        string report = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Contains(" seeds, ", first, StringComparison.Ordinal);
        Assert.Contains("interrupted after ", report, StringComparison.Ordinal);
        Assert.Contains(" an hour)", report, StringComparison.Ordinal);
        Assert.Contains("faults:", report, StringComparison.Ordinal);
        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public async Task A_single_seed_tells_its_story_when_asked() =>
        Assert.Contains(
            "PROPOSE", await CommandLineRun.SucceedAsync("sim", "--seed", "7", "--faults", "none", "--trace"),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("--floors --trace", "--trace does not go with --floors")]
    [InlineData("--floors --minutes 1", "--minutes does not go with --floors")]
    [InlineData("--floors --search-attacks --minutes 1", "not both")]
    [InlineData("--search-attacks", "--search-attacks needs --minutes N")]
    [InlineData("--search-attacks --minutes 1 --seeds 1..3", "--search-attacks takes one seed")]
    public async Task Options_of_other_runs_do_not_go_with_attacks(string options, string message) =>
        Assert.Contains(
            message, await CommandLineRun.FailAsync(2, ["sim", .. options.Split(' ')]), StringComparison.Ordinal);

    [Fact]
    public async Task A_range_that_is_none_is_wrong_usage() =>
        Assert.Contains(
            "1..10000", await CommandLineRun.FailAsync(2, "sim", "--seeds", "9..3"), StringComparison.Ordinal);
}
