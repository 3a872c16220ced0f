using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;

namespace Memcache.Tests.Dialogues;

/// <summary>A real memcached, on a socket file of its own, for the time of a test class.</summary>
public sealed class MemcachedProcess : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    public MemcachedProcess()
    {
        string path = _directory.At("s");
        EndPoint = new UnixDomainSocketEndPoint(path);
        try
        {
            // It says what it does, so that one line tells when it listens.
            string[] arguments = ["-s", path, "-u", "root", "-m", "64", "-t", "2", "-vv"];
            _process = Process.Start(new ProcessStartInfo("memcached", arguments) { RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException(
                "These tests compare with a real memcached: run 'apt-get install memcached', or ./test, which does.");
        }
        TaskCompletionSource<bool> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) ready.TrySetResult(false); // it ended
            else if (line.Data.Contains("server listening", StringComparison.Ordinal)) ready.TrySetResult(true);
        };
        _process.BeginErrorReadLine();
        if (ready.Task.GetAwaiter().GetResult()) return;
        Dispose();
        throw new InvalidOperationException("memcached did not start.");
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
