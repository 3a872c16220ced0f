using System.CommandLine;
using BftCloud.Common;
using BftCloud.Monitoring;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Hosting;
using Microsoft.Extensions.Logging;
using Command = System.CommandLine.Command;

namespace BftCloud.Replica;

/// <summary><c>bftcloud replica run</c>: runs one replica in the foreground until SIGTERM or Ctrl-C.</summary>
internal static partial class ReplicaRunCommand
{
    public static Command Create(ServiceCatalog services)
    {
        Option<string> config = new("--config")
        {
            Description = "The replica's configuration, DIR/rN/replica.json.", Required = true, HelpName = "FILE",
        };
        Command command = new("run", "Runs one replica in the foreground; SIGTERM stops it cleanly.") { config };
        command.SetAction(
            (result, cancellationToken) => RunAsync(result.GetValue(config)!, services, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string file, ServiceCatalog services, CancellationToken cancellationToken)
    {
        ReplicaConfiguration configuration = ReplicaConfiguration.Load(file);
        ClusterConfiguration cluster = configuration.LoadCluster();
        using KeyPair key = KeyFile.Load(configuration.KeyFile, cluster.Replicas[configuration.Id].PublicKey);
        IStateMachine service = services.Create(cluster.Service, cluster.ServiceOptions);
        using ILoggerFactory logging = ConsoleLog.Create();
        ILogger log = logging.CreateLogger("BftCloud.Replica");
        using PrometheusExporter metrics = new();
        using ReplicaUsage usage = new(configuration.DataDirectory);
        StartWatch start = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<BftReplica> starting = BftReplica.StartAsync(
            new BftReplicaOptions
            {
                Cluster = cluster,
                Self = new ReplicaId(configuration.Id),
                Key = key,
                DataDirectory = configuration.DataDirectory,
                PeerListenAddress = configuration.PeerListenAddress,
                StartProgress = start,
                LoggerFactory = logging,
            },
            service,
            stop.Token);
        ReplicaPages pages = new(cluster, new ReplicaId(configuration.Id), start, metrics, usage);
        try
        {
            // Where another process has the directory, that is the error, and not its metrics address.
            await Task.WhenAny(starting, start.Begun);
            if (starting.IsCompleted) await starting;
            await using MonitoringServer? monitoring = configuration.MetricsAddress is { } address
                ? await MonitoringServer.StartAsync(address, pages.Site)
                : null;
            BftReplica replica = await starting;
            pages.Show(replica);
            LogRunning(log, configuration.Id, cluster.ClusterId, cluster.Service, Environment.ProcessId);
            return await UntilEndAsync(replica, configuration.Id, log, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(log, configuration.Id);
            return ExitCode.Done;
        }
        finally
        {
            await stop.CancelAsync();
            await EndAsync(starting);
        }
    }

    private static async Task<int> UntilEndAsync(
        BftReplica replica, int id, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            await replica.Completion.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await replica.StopAsync();
        }
#pragma warning disable CA1031 // The log is the last place to tell of any error, and the process ends.
        catch (Exception e)
        {
            LogBroken(log, e, id);
            return ExitCode.Failed;
        }
#pragma warning restore CA1031
        LogStopped(log, id);
        return ExitCode.Done;
    }

    private static async Task EndAsync(Task<BftReplica> starting)
    {
        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starting.IsCompletedSuccessfully) await (await starting).DisposeAsync();
    }

    [LoggerMessage(LogLevel.Information, "Replica {Id} of cluster {Cluster} runs service {Service} in process {Pid}")]
    private static partial void LogRunning(ILogger log, int id, string cluster, string service, int pid);

    [LoggerMessage(LogLevel.Critical, "Replica {Id} cannot go on")]
    private static partial void LogBroken(ILogger log, Exception cause, int id);

    [LoggerMessage(LogLevel.Information, "Replica {Id} has stopped")]
    private static partial void LogStopped(ILogger log, int id);
}
