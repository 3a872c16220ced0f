using System.CommandLine;
using System.Net.Sockets;
using BftCloud.Common;
using BftCloud.Monitoring;
using BftCloud.Processes;
using Memcache;
using Microsoft.Extensions.Logging;

namespace BftCloud.Features.Memcache;

/// <summary><c>bftcloud memcache serve</c>.</summary>
internal static class MemcacheServeCommand
{
    private static readonly TimeSpan s_trimTime = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        MemcacheServeOptions options = new();
        Option<string?> metrics = new("--metrics")
        {
            Description = "Serve /metrics and /healthz at this address.",
            HelpName = "HOST:PORT",
        };
        Command command = new(
            "serve", "Serves clients of memcached until SIGTERM or Ctrl-C. Takes memcached's own options.");
        foreach (Option option in options.All) command.Add(option);
        command.Add(metrics);
        command.SetAction(async (result, cancellationToken) =>
        {
            using ILoggerFactory logging = ConsoleLog.Create(toStandardError: true);
            string? address = result.GetValue(metrics);
            using PrometheusExporter? exporter = address is null ? null : new PrometheusExporter();
            await using MemcacheServer server = Start(options.Read(result, logging));
            await using MonitoringServer? monitoring = exporter is null
                ? null
                : await MonitoringServer.StartAsync(address!, SiteOf(exporter));
            Console.WriteLine($"Serving clients of memcached at {server.EndPoint}. Stop with Ctrl-C.");
            if (monitoring is not null)
                Console.WriteLine($"/metrics and /healthz are at http://{monitoring.EndPoint}.");
            await StaySmallAsync(cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>
    /// Gives back what starting and compiling leave behind, until the command is cancelled. Serving allocates next to
    /// nothing, so it would stay for ever.
    /// </summary>
    private static async Task StaySmallAsync(CancellationToken cancellationToken)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using PeriodicTimer timer = new(s_trimTime);
        try
        {
            do
            {
                NativeHeap.Trim();
                ProgramCode.Release();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The user stops it.
        }
    }

    private static MonitoringSite SiteOf(PrometheusExporter exporter) => new()
    {
        Open = (path, _) => ValueTask.FromResult(path switch
        {
            "/metrics" => new MonitoringPage(PrometheusExporter.ContentType, exporter.Write()),
            "/healthz" => MonitoringPage.Text("ok\n"),
            _ => null,
        }),
        Paths = "/metrics and /healthz",
        AddressName = "metrics address",
        Remedy = "Stop what uses it, or name another address with --metrics.",
    };

    private static MemcacheServer Start(MemcacheServerOptions options)
    {
        try
        {
            return MemcacheServer.Start(options);
        }
        catch (ArgumentException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
        catch (SocketException e)
        {
            throw new CommandFailedException(
                $"{(object?)options.SocketPath ?? options.Listen} cannot be listened on: {e.Message}. Stop what uses "
                + "it, or name another address with -l and -p, or -s.", e);
        }
    }
}
