using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using BftSmr;
using Command = System.CommandLine.Command;

namespace BftCloud.Cluster;

/// <summary>
/// <c>bftcloud cluster init</c>: keys and configuration for every replica, a client and the administrator.
/// </summary>
internal static class ClusterInitCommand
{
    public static Command Create(IReadOnlyList<string> services)
    {
        Option<int> faulty = new("--f")
        {
            Description = "How many replicas may be faulty at a time; 3f+1 are made.",
            DefaultValueFactory = static _ => 1,
        };
        Option<string> protocol = Choice("--protocol", "The ordering protocol.", [ClusterConfiguration.BftSmrProtocol]);
        Option<string> service = Choice("--service", "The replicated service.", services);
        Option<string> durability = Choice(
            "--durability", "When promises are on disk: before votes, before replies, or never waited for.",
            Names<Durability>());
        Option<string> authentication = Choice(
            "--request-authentication", "How requests are authenticated.", Names<RequestAuthentication>());
        Option<string> output = new("--out")
        {
            Description = "The directory to make; new or empty.", Required = true, HelpName = "DIR",
        };
        Command command = new("init", "Makes keys and configuration of a new cluster.")
        {
            faulty, protocol, service, durability, authentication, output,
        };
        command.SetAction(result =>
        {
            int f = result.GetValue(faulty);
            string served = result.GetValue(service)!;
            using LocalCluster content = LocalCluster.Create(f, served, clients: 1, cluster => cluster with
            {
                Protocol = result.GetValue(protocol)!,
                Durability = Enum.Parse<Durability>(result.GetValue(durability)!, ignoreCase: true),
                RequestAuthentication = Enum.Parse<RequestAuthentication>(
                    result.GetValue(authentication)!, ignoreCase: true),
            });
            string path = result.GetValue(output)!;
            ClusterDirectory directory = ClusterDirectory.Create(path, content);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Made a cluster of {directory.Cluster.Replicas.Count} replicas in {directory.Path}. Start it: "
                + $"bftcloud cluster up {path} --detach"));
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string> Choice(string name, string description, IReadOnlyList<string> values)
    {
        Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => values[0] };
        return option.AcceptOnlyFromAmong([.. values]);
    }

    private static string[] Names<T>() where T : struct, Enum =>
        [.. Enum.GetNames<T>().Select(static name => name.ToLowerInvariant())];
}
