using System.Diagnostics;

namespace DepSky.Tests.Clouds.Servers;

/// <summary>
/// The servers from npm, as package-lock.json pins them; installed beside the tests' binaries when they are not there
/// yet.
/// </summary>
internal static class ServerPackages
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(4);
    private static readonly Lazy<Task> Installed = new(InstallOnceAsync);

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Clouds", "Servers");

    /// <summary>Returns when they are there.</summary>
    public static Task InstallAsync() => Installed.Value;

    private static async Task InstallOnceAsync()
    {
        string stamp = Path.Combine(Folder, "node_modules", ".installed");
        string wanted = await File.ReadAllTextAsync(Path.Combine(Folder, "package-lock.json"));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted) return;
        ProcessStartInfo start = new("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process npm = Start(start);
        Task<string> output = npm.StandardOutput.ReadToEndAsync();
        Task<string> errors = npm.StandardError.ReadToEndAsync();
        try
        {
            await npm.WaitForExitAsync().WaitAsync(InstallTimeout);
        }
        finally
        {
            if (!npm.HasExited) npm.Kill(entireProcessTree: true);
        }
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"'npm ci' in {Folder} failed:\n{await errors}{await output}");
        await File.WriteAllTextAsync(stamp, wanted);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException(
                "npm was not found. Install node 18 or later with npm ('apt-get install nodejs npm').", e);
        }
    }
}
