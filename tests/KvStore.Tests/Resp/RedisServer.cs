using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;

namespace KvStore.Tests.Resp;

/// <summary>A real Redis, on a socket file of its own, for the time of a test class.</summary>
public sealed class RedisServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    public RedisServer()
    {
        string path = _directory.At("s");
        EndPoint = new UnixDomainSocketEndPoint(path);
        try
        {
            string[] arguments =
                ["--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", _directory.Path,
                    "--slowlog-log-slower-than", "-1"];
            _process = Process.Start(new ProcessStartInfo("redis-server", arguments)
            {
                RedirectStandardOutput = true,
            })!;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException(
                "These tests compare with a real Redis: "
                + "run 'apt-get install redis-server redis-tools', or ./test, which does.");
        }
        TaskCompletionSource<bool> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) ready.TrySetResult(false); // it ended
            else if (line.Data.Contains("accept connections", StringComparison.Ordinal)) ready.TrySetResult(true);
        };
        _process.BeginOutputReadLine();
        if (ready.Task.GetAwaiter().GetResult()) return;
        Dispose();
        throw new InvalidOperationException("redis-server did not start.");
    }

    public UnixDomainSocketEndPoint EndPoint { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }
}
