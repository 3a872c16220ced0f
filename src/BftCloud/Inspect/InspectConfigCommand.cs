using System.CommandLine;
using System.Globalization;
using BftCloud.Common;
using BftCloud.Primitives;
using BftSmr;
using BftSmr.Configuration;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace BftCloud.Inspect;

/// <summary>
/// <c>bftcloud inspect config</c>: checks a configuration file, and what it names, and shows what it says.
/// </summary>
internal static class InspectConfigCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE")
        {
            Description = "A cluster.json, replica.json, client.json or admin.json.",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new("config", "Checks a configuration file and the files that it names.") { file, json };
        command.SetAction(result =>
        {
            (string Key, string Value)[] settings = Read(result.GetRequiredValue(file));
            if (result.GetValue(json))
            {
                JsonOutput.Write(
                    settings.ToDictionary(static s => s.Key, static s => s.Value),
                    InspectJson.Default.DictionaryStringString);
                return;
            }
            Grid grid = new Grid().AddColumn().AddColumn();
            foreach ((string key, string value) in settings) grid.AddRow(new Text(key), new Text(value));
            Terminal.Out.Write(grid);
        });
        return command;
    }

    private static (string Key, string Value)[] Read(string file) => Path.GetFileName(file) switch
    {
        "replica.json" => Describe(ReplicaConfiguration.Load(file)),
        "client.json" => Describe(ClientConfiguration.Load(file)),
        "admin.json" => Describe(AdministratorConfiguration.Load(file)),
        _ => Describe(ClusterConfiguration.Load(file)),
    };

    private static (string, string)[] Describe(ReplicaConfiguration replica)
    {
        ClusterConfiguration cluster = replica.LoadCluster();
        return
        [
            ("kind", "replica"), ("id", Text(replica.Id)), ("cluster", replica.ClusterFile),
            ("clusterHash", cluster.ContentHash().ToString()),
            ("data", replica.DataDirectory), ("key", replica.KeyFile),
            ("publicKey", PublicKeyOf(replica.KeyFile, cluster.Replicas[replica.Id].PublicKey)),
            ("peerAddress", cluster.Replicas[replica.Id].PeerAddress),
            ("clientAddress", cluster.Replicas[replica.Id].ClientAddress),
            ("metricsAddress", replica.MetricsAddress ?? "none"),
        ];
    }

    private static (string, string)[] Describe(ClientConfiguration client)
    {
        ClusterConfiguration cluster = client.LoadCluster();
        return
        [
            ("kind", "client"), ("id", Text(client.Id)), ("name", cluster.Clients[client.Id].Name),
            ("cluster", client.ClusterFile),
            ("clusterHash", cluster.ContentHash().ToString()), ("key", client.KeyFile),
            ("publicKey", PublicKeyOf(client.KeyFile, cluster.Clients[client.Id].PublicKey)),
        ];
    }

    private static (string, string)[] Describe(AdministratorConfiguration administrator)
    {
        ClusterConfiguration cluster = ClusterConfiguration.Load(administrator.ClusterFile);
        PublicKey expected = cluster.Administrator
            ?? throw new ConfigurationException(
                administrator.ClusterFile, "administrator",
                "is missing, so no key may change the membership. Add the administrator's public key.");
        return
        [
            ("kind", "administrator"), ("cluster", administrator.ClusterFile),
            ("clusterHash", cluster.ContentHash().ToString()),
            ("key", administrator.KeyFile), ("publicKey", PublicKeyOf(administrator.KeyFile, expected)),
        ];
    }

    private static (string, string)[] Describe(ClusterConfiguration cluster) =>
    [
        ("kind", "cluster"), ("clusterId", cluster.ClusterId), ("clusterHash", cluster.ContentHash().ToString()),
        ("protocol", cluster.Protocol), ("f", Text(cluster.F)),
        ("service", cluster.Service), ("replicas", Text(cluster.Replicas.Count)),
        ("quorum", Text(cluster.Quorums.Write)), ("clients", Text(cluster.Clients.Count)),
        ("durability", cluster.Durability.ToString().ToLowerInvariant()),
        ("requestAuthentication", cluster.RequestAuthentication.ToString().ToLowerInvariant()),
        ("window", Text(cluster.Window)), ("batchRequestsMax", Text(cluster.BatchRequestsMax)),
        ("batchBytesMax", Text(cluster.BatchBytesMax)),
        ("operationBytesMax", Text(cluster.OperationBytesMax)), ("replyBytesMax", Text(cluster.ReplyBytesMax)),
        ("requestTimeoutMs", Text(cluster.RequestTimeoutMs)),
        ("checkpointPeriod", Text(cluster.CheckpointPeriod)), ("checkpointBytes", Text(cluster.CheckpointBytes)),
        ("clockSkewMs", Text(cluster.ClockSkewMs)),
    ];

    private static string PublicKeyOf(string keyFile, PublicKey expected)
    {
        using KeyPair key = KeyFile.Load(keyFile, expected);
        return key.PublicKey.ToString();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
