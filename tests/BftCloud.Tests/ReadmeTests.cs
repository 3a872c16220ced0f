using System.Diagnostics;
using BftCloud.Tests.Clusters;

namespace BftCloud.Tests;

[Collection(ClusterCollection.Name)]
public sealed class ReadmeTests
{
    private const int LinesMax = 60;

    [Fact]
    public void The_readme_quotes_the_example_as_it_is()
    {
        string example = File.ReadAllText(Checkout.At("examples", "EmbeddedCounter", "Program.cs"));

        Assert.Contains(
            $"```csharp\n{example}```\n", File.ReadAllText(Checkout.At("README.md")), StringComparison.Ordinal);
        Assert.True(example.Split('\n').Length - 1 <= LinesMax, "The example has grown too long for the README.");
    }

    [Fact]
    public async Task The_example_runs_four_replicas_in_one_process_and_goes_on_without_the_leader()
    {
        // From its own output: what lies there is all that the example has beside the runtime that it names.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Checkout.At(
            "examples", "EmbeddedCounter", "bin", configuration, "net10.0", "EmbeddedCounter.dll");
        ProcessStartInfo start = new("dotnet", program) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process example = Process.Start(start)!;
        Task<string> error = example.StandardError.ReadToEndAsync();

        string output = await example.StandardOutput.ReadToEndAsync();
        await example.WaitForExitAsync();

        Assert.True(example.ExitCode == 0, await error);
        Assert.Equal("counted to 55\n", output);
    }

    [Fact]
    public void The_readmes_links_lead_somewhere()
    {
        string readme = File.ReadAllText(Checkout.At("README.md"));
        foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(readme, @"\]\(([^)]+)\)"))
        {
            Assert.True(Path.Exists(Checkout.At(link.Groups[1].Value)), $"{link.Groups[1].Value} is not there.");
        }
    }
}
