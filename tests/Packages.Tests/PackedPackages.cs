using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Packages.Tests;

/// <summary>All packages, packed once from what the build made.</summary>
public sealed class PackedPackages : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bftcloud-packages-").FullName;

    public PackedPackages()
    {
        Feed = Path.Combine(_directory, "feed");
        Directory.CreateDirectory(Feed);
        (int exitCode, string output) = Run(
            Checkout(), "pack", "BftCloud.slnx", "-c", "Release", "--no-build", "--nologo", "-v", "quiet",
            "-p:WarnOnPackingNonPackableProject=false", "-o", Feed);
        Assert.True(exitCode == 0, output);
    }

    /// <summary>The folder that holds them: a feed.</summary>
    public string Feed { get; }

    public static string Checkout([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));

    /// <summary>A folder of one test.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;

    public string FileOf(string package, string extension = "nupkg") =>
        Path.Combine(Feed, $"{package}.0.1.0.{extension}");

    /// <summary>Runs the .NET command line.</summary>
    public static (int ExitCode, string Output) Run(string directory, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments)
        {
            WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // A test host sets these for itself.
        foreach (string name in start.Environment.Keys.ToArray())
        {
            if (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)) start.Environment.Remove(name);
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
