using System.Diagnostics;

namespace BftSmr.Tests.Codec;

/// <summary>
/// Runs @msgpack/msgpack, an implementation of MessagePack that shares nothing with ours, in node. Installs it beside
/// the test's binaries when it is not there yet.
/// </summary>
public sealed class MsgpackReference
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(1);

    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Codec", "MsgpackReference");

    /// <summary>Gives the script the lines and returns its answers, one for each.</summary>
    public async Task<string[]> AnswerAsync(IEnumerable<string> lines)
    {
        await InstallAsync();
        string output = await RunAsync("node", ["reference.mjs"], string.Join('\n', lines), RunTimeout);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task InstallAsync()
    {
        string stamp = Path.Combine(_folder, "node_modules", ".installed");
        string wanted = await File.ReadAllTextAsync(Path.Combine(_folder, "package.json"));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted) return;
        await RunAsync(
            "npm", ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"], "", InstallTimeout);
        await File.WriteAllTextAsync(stamp, wanted);
    }

    private async Task<string> RunAsync(string program, string[] arguments, string input, TimeSpan timeout)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Start(start);
        using CancellationTokenSource deadline = new(timeout);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it read everything; what it says about that is in its output.
            }
            await process.WaitForExitAsync(deadline.Token);
            if (process.ExitCode != 0)
                throw new InvalidOperationException(
                    $"'{program} {string.Join(' ', arguments)}' in {_folder} failed:\n{await errors}{await output}");
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
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
                $"'{start.FileName}' was not found. Install node 18 or later with npm ('apt-get install nodejs npm').",
                e);
        }
    }
}
