using System.CommandLine;
using System.CommandLine.Parsing;
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
    public static Command Create(ServiceCatalog services)
    {
        Option<int> faulty = new("--f")
        {
            Description = "How many replicas may be faulty at a time; 3f+1 are made.",
            DefaultValueFactory = static _ => 1,
        };
        Option<string> protocol = Choice("--protocol", "The ordering protocol.", [ClusterConfiguration.BftSmrProtocol]);
        Option<string> service = Choice("--service", "The replicated service.", services.Names);
        Option<string> durability = Choice(
            "--durability", "When promises are on disk: before votes, before replies, or never waited for.",
            Names<Durability>());
        Option<string> authentication = Choice(
            "--request-authentication", "How requests are authenticated.", Names<RequestAuthentication>());
        Option<ServiceOptions> serviceOptions = ServiceOption();
        Option<(string Name, ClientRights Rights)[]> clients = ClientOption();
        Option<string> output = new("--out")
        {
            Description = "The directory to make; new or empty.", Required = true, HelpName = "DIR",
        };
        Command command = new("init", "Makes keys and configuration of a new cluster.")
        {
            faulty, protocol, service, serviceOptions, clients, durability, authentication, output,
        };
        command.SetAction(result =>
        {
            int f = result.GetValue(faulty);
            string served = result.GetValue(service)!;
            ServiceOptions options = result.GetValue(serviceOptions) ?? ServiceOptions.None;
            services.Create(served, options); // it checks its options
            (string Name, ClientRights Rights)[] named = result.GetValue(clients) ?? [];
            using LocalCluster content = LocalCluster.Create(f, served, 1 + named.Length, cluster => cluster with
            {
                ServiceOptions = options,
                Clients =
                [
                    cluster.Clients[0],
                    .. cluster.Clients.Skip(1).Zip(
                        named, static (made, asked) => made with { Name = asked.Name, Rights = asked.Rights }),
                ],
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

    private static Option<ServiceOptions> ServiceOption() => new("--service-option")
    {
        Description = "What the service is told, for example stateBytesMax=1073741824 for kv; may be repeated.",
        HelpName = "NAME=VALUE",
        CustomParser = ParseOptions,
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static Option<(string Name, ClientRights Rights)[]> ClientOption() => new("--client")
    {
        Description = "One more client, with its rights among read, write and admin; may be repeated. "
            + "Its configuration and key are in DIR/clients/NAME.",
        HelpName = "NAME=RIGHT,RIGHT",
        CustomParser = ParseClients,
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static ServiceOptions? ParseOptions(ArgumentResult result)
    {
        Dictionary<string, string> values = [];
        foreach (Token token in result.Tokens)
        {
            if (!TrySplit(token.Value, out string name, out string value))
                result.AddError($"\"{token.Value}\" is not NAME=VALUE.");
            else if (!values.TryAdd(name, value))
                result.AddError($"The service option '{name}' is given twice. Remove one of them.");
        }
        return ServiceOptions.Of(values);
    }

    private static (string Name, ClientRights Rights)[] ParseClients(ArgumentResult result)
    {
        List<(string Name, ClientRights Rights)> clients = [];
        foreach (Token token in result.Tokens)
        {
            if (!TrySplit(token.Value, out string name, out string names)
                || !ClientIdentity.TryParseRights(names.Split(','), out ClientRights rights))
                result.AddError(
                    $"\"{token.Value}\" is not NAME=RIGHT,RIGHT with rights among read, write and admin.");
            else if (name is "." or ".." || !clients.TrueForAll(client => client.Name != name))
                result.AddError($"'{name}' cannot be a client's name here, or is given twice. Choose another one.");
            else
                clients.Add((name, rights));
        }
        return [.. clients];
    }

    private static bool TrySplit(string text, out string name, out string value)
    {
        int sign = text.IndexOf('=', StringComparison.Ordinal);
        (name, value) = sign > 0 ? (text[..sign], text[(sign + 1)..]) : ("", "");
        return sign > 0;
    }

    private static Option<string> Choice(string name, string description, IReadOnlyList<string> values)
    {
        Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => values[0] };
        return option.AcceptOnlyFromAmong([.. values]);
    }

    private static string[] Names<T>() where T : struct, Enum =>
        [.. Enum.GetNames<T>().Select(static name => name.ToLowerInvariant())];
}
