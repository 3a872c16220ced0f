using System.Diagnostics;
using BftCloud.Processes;
using BftCloud.Tests.Browser;
using BftCloud.Tests.CommandLine;
using BftSmr;
using BftSmr.Configuration;

namespace BftCloud.Tests.Dashboard;

/// <summary>The dashboard of a cluster as a process of its own, and its page in a browser.</summary>
internal sealed class RunningDashboard : IAsyncDisposable
{
    private readonly Process _process;
    private BrowserPage? _page;

    private RunningDashboard(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    public BrowserPage Page => _page!;

    public static async Task<RunningDashboard> StartAsync(string cluster)
    {
        string address = LocalCluster.Loopback(LocalPorts.Take(1)[0]);
        RunningDashboard dashboard = new(
            CommandLineRun.Start("dashboard", "--cluster", cluster, "--listen", address), address);
        try
        {
            string? line = await dashboard._process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Time);
            Assert.Contains($"http://{address}/", line, StringComparison.Ordinal);
            dashboard._page = await BrowserPage.OpenAsync($"http://{address}/");
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    public async Task<int> StopAsync()
    {
        LinuxProcess.Send(_process.Id, Signal.Terminate);
        await _process.WaitForExitAsync().WaitAsync(Patience.Time);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_page is not null) await _page.DisposeAsync();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
