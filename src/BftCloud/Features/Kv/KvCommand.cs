using System.CommandLine;
using BftCloud.Common;
using BftSmr;
using KvStore.Client;
using Command = System.CommandLine.Command;

namespace BftCloud.Features.Kv;

/// <summary><c>bftcloud kv</c>: a client of the replicated key-value store.</summary>
internal static class KvCommand
{
    /// <summary>The service's name in cluster.json.</summary>
    public const string Service = "kv";

    public static Command Create()
    {
        Option<string> cluster = CommonOptions.Cluster();
        Option<TimeSpan> timeout = new("--timeout")
        {
            Description = "How long to wait for the cluster before giving up.",
            DefaultValueFactory = static _ => TimeSpan.FromSeconds(30),
            CustomParser = Duration.Parse,
            HelpName = "TIME",
            Recursive = true,
        };
        KvTarget target = new(cluster, timeout);
        return new Command("kv", "Reads and writes a replicated key-value store.")
        {
            cluster,
            timeout,
            KvPutCommand.Create(target),
            KvGetCommand.Create(target),
            KvDelCommand.Create(target),
            KvCasCommand.Create(target),
            KvListCommand.Create(target),
            KvServeCommand.Create(target),
        };
    }

    public static Argument<string> KeyArgument() => new("KEY") { Description = "The key." };
}

/// <summary>The options that say which store a command is for.</summary>
internal sealed record KvTarget(Option<string> Cluster, Option<TimeSpan> Timeout)
{
    /// <summary>Connects, and runs the command with a client of the store.</summary>
    public async Task<int> RunAsync(ParseResult result, Func<KvClient, Task> command, CancellationToken cancellationToken)
    {
        using ClusterClient cluster = ClusterClient.Open(result.GetValue(Cluster)!, result.GetValue(Timeout)).Require(KvCommand.Service);
        await using BftClient client = await BftClient.ConnectAsync(cluster.Options, cancellationToken);
        await command(new KvClient(client));
        return ExitCode.Done;
    }
}
