using System.Diagnostics;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Banned;

/// <summary>A core that nobody has thought of yet is guarded from its first file.</summary>
public class BannedSymbolsTests
{
    private static string EditorConfig => Checkout.File(".editorconfig").Text;

    private static IEnumerable<string> Folders => Checkout.Sources
        .Where(static s => s.Path.StartsWith("src/", StringComparison.Ordinal))
        .Select(static s => Path.GetDirectoryName(s.Path)!.Replace('\\', '/'))
        .Distinct();

    [Fact]
    public void The_hosts_are_the_only_folders_that_may_use_banned_symbols() =>
        Breach.AssertNone(BannedSymbols.Breaches(EditorConfig,
            [.. Folders, .. Folders.Select(static f => f + "/New"), "src/NewProject", "src/NewProject/New"]));

    [Fact]
    public void Every_host_exists() =>
        Assert.All(BannedSymbols.Hosts.Concat(BannedSymbols.Cores), static host =>
            Assert.True(Directory.Exists(Path.Combine(Checkout.Root, host)), $"{host} is gone: take it out."));

    [Fact]
    public void A_folder_that_is_let_off_is_found()
    {
        string changed = EditorConfig + "\n[src/BftSmr/Sessions/**.cs]\ndotnet_diagnostic.RS0030.severity = none\n";
        Breach breach = Assert.Single(BannedSymbols.Breaches(changed, Folders));
        Assert.Contains("src/BftSmr/Sessions, which is no host", breach.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_that_is_no_error_is_found()
    {
        string changed = EditorConfig.Replace("[src/**.cs]\ndotnet_diagnostic.RS0030.severity = error",
            "[src/**.cs]\ndotnet_diagnostic.RS0030.severity = suggestion", StringComparison.Ordinal);
        Assert.Contains(BannedSymbols.Breaches(changed, Folders),
            static b => b.Message.Contains("src/BftSmr/Sessions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_clock_in_a_new_folder_of_a_core_fails_the_build()
    {
        using ExampleTree tree = new();
        string[] shared =
        [
            ".editorconfig", ".globalconfig", "Directory.Build.props", "Directory.Packages.props", "global.json",
            "build/BannedSymbols.txt", "src/Directory.Build.props",
        ];
        foreach (string path in shared) tree.Write(path, Checkout.File(path).Text);
        tree.Write("src/Core/Core.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        tree.Write("src/Core/Ordering/New/Late.cs", """
            namespace Core.Ordering.New;

            internal static class Late
            {
                public static bool IsLate(System.DateTime due) => due < System.DateTime.UtcNow;
            }
            """);

        (int exitCode, string output) = await BuildAsync(tree.At("src/Core"));

        Assert.True(exitCode != 0, output);
        string[] errors = [.. output.Split('\n').Where(static l => l.Contains(": error ", StringComparison.Ordinal))];
        Assert.NotEmpty(errors);
        Assert.All(errors, static line =>
        {
            Assert.Contains("Late.cs(5,", line, StringComparison.Ordinal);
            Assert.Contains("RS0030", line, StringComparison.Ordinal);
            Assert.Contains("DateTime.UtcNow", line, StringComparison.Ordinal);
        });
    }

    private static async Task<(int ExitCode, string Output)> BuildAsync(string project)
    {
        ProcessStartInfo start = new("dotnet",
            ["build", project, "-c", "Release", "-v", "quiet", "--nologo", "-nodeReuse:false", "-p:NuGetAudit=false"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the build of this test project has set is not for that build.
        foreach (string name in start.Environment.Keys.ToArray())
        {
            if (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)) start.Environment.Remove(name);
        }
        using Process build = Process.Start(start)!;
        Task<string> output = build.StandardOutput.ReadToEndAsync(), errors = build.StandardError.ReadToEndAsync();
        await build.WaitForExitAsync();
        return (build.ExitCode, await output + await errors);
    }
}
