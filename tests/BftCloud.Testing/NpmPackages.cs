using System.ComponentModel;
using System.Diagnostics;

namespace BftCloud.Testing;

/// <summary>
/// Packages from npm, as the package-lock.json of a folder pins them; installed there when they are not there yet.
/// </summary>
internal static class NpmPackages
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(4);

    /// <summary>Returns when they are there. One call at a time for a folder.</summary>
    public static async Task InstallAsync(string folder)
    {
        string stamp = Path.Combine(folder, "node_modules", ".installed");
        string wanted = await File.ReadAllTextAsync(Path.Combine(folder, "package-lock.json"));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted) return;
        ProcessStartInfo start = new("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
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
            throw new InvalidOperationException($"'npm ci' in {folder} failed:\n{await errors}{await output}");
        await File.WriteAllTextAsync(stamp, wanted);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException(
                "npm was not found. Install node 18 or later with npm ('apt-get install nodejs npm').", e);
        }
    }
}
