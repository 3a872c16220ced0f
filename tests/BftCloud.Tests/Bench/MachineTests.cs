using System.Text.Json;
using BftCloud.Tests.CommandLine;

namespace BftCloud.Tests.Bench;

public sealed class MachineTests
{
    [Fact]
    public async Task The_cost_of_a_few_things_is_measured_and_no_file_is_left()
    {
        using TemporaryDirectory directory = new();
        using JsonDocument report =
            JsonDocument.Parse(
                await CommandLineRun.SucceedAsync("bench", "machine", "--data", directory.Path, "--json"));
        foreach (string cost in (string[])["processors", "signMicros", "verifyMicros", "wakeMicros", "flushMicros"])
        {
            Assert.True(report.RootElement.GetProperty(cost).GetDouble() > 0, cost);
        }
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }
}
