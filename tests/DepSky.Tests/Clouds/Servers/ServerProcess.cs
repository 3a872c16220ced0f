using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DepSky.Tests.Clouds.Servers;

/// <summary>
/// A real server in a process of its own, on a free loopback port that it chose itself. It ends with this, and also
/// when this process dies.
/// </summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{

    /// <summary>
    /// Runs the server until the standard input ends, which it does whenever the test process ends, however that
    /// happens.
    /// </summary>
    private const string UntilInputEnds = "\"$@\" & server=$!; read -r _; kill -9 $server; wait $server 2>/dev/null";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private ServerProcess(Process process) => _process = process;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://invalid");

    /// <summary>
    /// Starts a server, and waits until it says where it listens: in a line with <c>http://127.0.0.1:PORT</c>.
    /// </summary>
    public static async Task<ServerProcess> StartAsync(string folder, params string[] command)
    {
        ProcessStartInfo start = new("bash")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["-c", UntilInputEnds, "server", .. command])
            start.ArgumentList.Add(argument);
        ServerProcess server = new(Process.Start(start)!);
        TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server._process.OutputDataReceived += (_, line) => server.Read(line.Data, listening);
        server._process.ErrorDataReceived += (_, line) => server.Read(line.Data, listening);
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            server.Address = await listening.Task.WaitAsync(Patience.Time);
            return server;
        }
        catch (TimeoutException e)
        {
            await server.DisposeAsync();
            throw new TimeoutException(
                $"'{string.Join(' ', command)}' did not say within {Patience.Time} where it listens; "
                + $"it said:\n{string.Join('\n', server._output)}", e);
        }
    }

    /// <summary>Kills it.</summary>
    public async ValueTask DisposeAsync()
    {
        try { _process.StandardInput.Close(); }
        catch (IOException) { } // it is dead already
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Read(string? line, TaskCompletionSource<Uri> listening)
    {
        if (line is null) return;
        if (_output.Count < 100) _output.Enqueue(line);
        if (ListeningAddress().Match(line) is { Success: true } match) listening.TrySetResult(new Uri(match.Value));
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9][0-9]*")]
    private static partial Regex ListeningAddress();
}
