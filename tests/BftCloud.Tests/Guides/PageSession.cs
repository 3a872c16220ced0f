using System.Diagnostics;
using BftCloud.Testing;
using BftCloud.Testing.Pages;
using BftCloud.Tests.Clusters;

namespace BftCloud.Tests.Guides;

/// <summary>
/// A block after <c>&lt;!-- session --&gt;</c>, run by a shell that stops at the first failure, in a directory of its
/// own with <c>./bftcloud</c> and the licence. Replicas that it leaves are ended by their pids.
/// </summary>
internal sealed class PageSession : IAsyncDisposable
{
    public const string Mark = "session";

    /// <summary>Its commands are servers or long campaigns: each is told to end after a few seconds.</summary>
    public const string CutMark = "session, cut";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory _directory = new();

    /// <summary>Runs a session to its end. Its exit code, and all that it printed.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(Fence session)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "bftcloud.dll");
        string start = _directory.At("bftcloud");
        string run = session.Mark == CutMark
            ? $"timeout --kill-after=60 5 dotnet '{program}' \"$@\" || [ $? -eq 124 ]"
            : $"exec dotnet '{program}' \"$@\"";
        await File.WriteAllTextAsync(start, $"#!/bin/sh\n{run}\n");
        File.SetUnixFileMode(start, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Checkout.At("LICENSE"), _directory.At("LICENSE"));
        string script = _directory.At("session.sh");
        await File.WriteAllTextAsync(script, $"exec 2>&1\nset -euxo pipefail\n{session.Text}");
        ProcessStartInfo shell = new("bash", script)
        {
            WorkingDirectory = _directory.Path, RedirectStandardOutput = true, RedirectStandardInput = true,
        };
        using Process process = Process.Start(shell)!;
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
        await DownAsync(); // a replica that is left keeps the output open
        return (process.ExitCode, await output);
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _directory.Dispose();
    }

    private async Task DownAsync()
    {
        foreach (string file in Directory.GetFiles(_directory.Path, "cluster.json", SearchOption.AllDirectories))
        {
            // Ended as a test's own cluster is.
            await using TestCluster cluster = TestCluster.Open(Path.GetDirectoryName(file)!);
        }
    }
}
