using System.Diagnostics;
using System.Globalization;
using BftCloud.Processes;
using BftCloud.Testing.Pages;
using BftCloud.Tests.Clusters;

namespace BftCloud.Tests.Guides;

/// <summary>
/// A block of commands, run by a shell that stops at the first failure, in a directory of its own with
/// <c>./bftcloud</c> and the licence. Servers and replicas that it leaves are ended by their pids.
/// </summary>
internal sealed class PageSession : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory _directory = new();

    /// <summary>Runs a session to its end. Its exit code, and all that it printed.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(Fence session)
    {
        SessionKind kind = SessionKind.Of(session)!;
        string start = _directory.At("bftcloud"), script = _directory.At("session.sh");
        await File.WriteAllTextAsync(
            start, SessionScript.Program(kind, Path.Combine(AppContext.BaseDirectory, "bftcloud.dll")));
        File.SetUnixFileMode(start, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Checkout.At("LICENSE"), _directory.At("LICENSE"));
        await File.WriteAllTextAsync(script, SessionScript.Of(kind, session));
        string[] shell = kind.HasCluster ? ["unshare", "--net", "--map-root-user", "bash"] : ["bash"];
        ProcessStartInfo info = new(shell[0], [.. shell[1..], script])
        {
            WorkingDirectory = kind == SessionKind.InCheckout ? Checkout.At() : _directory.Path,
            RedirectStandardOutput = true, RedirectStandardInput = true,
        };
        using Process process = Process.Start(info)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        using CancellationTokenSource patience = new(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The session at {session.Page}:{session.Line} did not end in {s_patience}.");
        }
        await DownAsync(); // what is left keeps the output open
        return (process.ExitCode, await output);
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _directory.Dispose();
    }

    private async Task DownAsync()
    {
        if (File.Exists(_directory.At(SessionScript.Servers)))
        {
            string[] pids = await File.ReadAllLinesAsync(_directory.At(SessionScript.Servers));
            File.Delete(_directory.At(SessionScript.Servers));
            foreach (string pid in pids) await EndAsync(int.Parse(pid, CultureInfo.InvariantCulture));
        }
        foreach (string file in Directory.GetFiles(_directory.Path, "cluster.json", SearchOption.AllDirectories))
        {
            // Ended as a test's own cluster is.
            await using TestCluster cluster = TestCluster.Open(Path.GetDirectoryName(file)!);
        }
    }

    private static async Task EndAsync(int pid)
    {
        if (!LinuxProcess.Send(pid, Signal.Terminate)) return;
        try
        {
            using Process server = Process.GetProcessById(pid);
            await server.WaitForExitAsync().WaitAsync(Patience.Time);
        }
        catch (ArgumentException)
        {
            // It has ended.
        }
        catch (TimeoutException)
        {
            LinuxProcess.Send(pid, Signal.Kill);
            throw;
        }
    }
}
