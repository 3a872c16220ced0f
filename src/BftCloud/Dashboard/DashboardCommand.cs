using System.CommandLine;
using BftCloud.Common;
using BftCloud.Monitoring;
using BftCloud.Primitives;
using BftCloud.Processes;
using BftSmr;
using Command = System.CommandLine.Command;

namespace BftCloud.Dashboard;

/// <summary><c>bftcloud dashboard</c>: a page that shows the whole cluster.</summary>
internal static class DashboardCommand
{
    public static Command Create()
    {
        Option<string> cluster = CommonOptions.Cluster();
        Option<string> listen = new("--listen")
        {
            Description = "Where the page is served. It has no access control: keep it on a network that you trust.",
            DefaultValueFactory = static _ => "127.0.0.1:8080",
            HelpName = "HOST:PORT",
        };
        listen.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && !HostPort.TryParse(result.Tokens[0].Value, out _))
                result.AddError($"'{result.Tokens[0].Value}' is not host:port. Write for example 127.0.0.1:8080.");
        });
        Option<string[]> host = new("--host")
        {
            Description = "Another name under which browsers may ask for the page, beside IP addresses, 'localhost' "
                + "and the host of --listen. May be repeated.",
            HelpName = "NAME",
        };
        Command command = new("dashboard", "Serves a page that shows the whole cluster, until Ctrl-C.")
        {
            cluster, listen, host,
        };
        command.SetAction(
            (result, cancellationToken) => RunAsync(
                result.GetRequiredValue(cluster), result.GetRequiredValue(listen), result.GetValue(host) ?? [],
                cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string path, string listen, string[] hosts, CancellationToken cancellationToken)
    {
        ClusterDirectory directory = ClusterDirectory.Open(path);
        using ClusterWatch watch = new(directory.Cluster, ClusterMonitor.AddressesOf(directory));
        DashboardPages pages = new(watch, [HostPort.Parse(listen).Host, .. hosts]);
        await using MonitoringServer server = await MonitoringServer.StartAsync(listen, pages.Site);
        await Console.Out.WriteLineAsync($"The dashboard is at http://{listen}/. Stop it with Ctrl-C.");
        await watch.RunAsync(cancellationToken);
        return ExitCode.Done;
    }
}
