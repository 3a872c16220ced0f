using BftCloud.Primitives;
using BftSmr.Configuration;

namespace BftSmr;

/// <summary>
/// What one replica process is told: the contents of <c>replica.json</c>. Paths are absolute here, relative to the file
/// in it.
/// </summary>
public sealed record ReplicaConfiguration
{
    /// <summary>Its position in the cluster's list of replicas.</summary>
    public required int Id { get; init; }

    /// <summary>Path of <c>cluster.json</c>.</summary>
    public required string ClusterFile { get; init; }

    /// <summary>Directory of its log and checkpoints; nothing else may use it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>File of its secret key, readable by its owner only.</summary>
    public required string KeyFile { get; init; }

    /// <summary>
    /// host:port at which it listens for other replicas, if that is not its address in <c>cluster.json</c>: behind a
    /// proxy or a port mapping.
    /// </summary>
    public string? PeerListenAddress { get; init; }

    /// <summary>
    /// host:port of <c>/metrics</c>, <c>/healthz</c>, <c>/readyz</c>, <c>/status</c> and the status page; null to serve
    /// none.
    /// </summary>
    public string? MetricsAddress { get; init; }

    /// <summary>Reads and checks a <c>replica.json</c>; not the files it names.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used; the message names the key and the
    /// remedy.</exception>
    public static ReplicaConfiguration Load(string file)
    {
        SettingsReader settings = SettingsReader.Load(file);
        ReplicaConfiguration replica = new()
        {
            Id = settings.Integer("id"),
            ClusterFile = settings.FilePath("cluster"),
            DataDirectory = settings.FilePath("data"),
            KeyFile = settings.FilePath("key"),
            PeerListenAddress = settings.OptionalText("peerListenAddress"),
            MetricsAddress = settings.OptionalText("metricsAddress"),
        };
        settings.End();
        if (replica.Id is < 0 or >= Quorums.ReplicasMax)
            throw settings.Error(
                "id", $"is {replica.Id}, but must be the replica's place in the list of cluster.json.");
        if (replica.PeerListenAddress is { } peers) ClusterLimits.Address(file, "peerListenAddress", peers);
        if (replica.MetricsAddress is { } address) ClusterLimits.Address(file, "metricsAddress", address);
        return replica;
    }

    /// <summary>Writes a <c>replica.json</c> with comments.</summary>
    public void Save(string file)
    {
        SettingsWriter settings = new SettingsWriter()
            .Comment("One replica. Paths are relative to this file.")
            .Add("id", Id)
            .Add("cluster", SettingsWriter.Relative(file, ClusterFile))
            .Comment("The log and the checkpoints; one directory for one replica.")
            .Add("data", SettingsWriter.Relative(file, DataDirectory))
            .Add("key", SettingsWriter.Relative(file, KeyFile));
        if (PeerListenAddress is { } peers)
        {
            settings.Comment("The address for links from other replicas, which find it at its address in cluster.json.")
                .Add("peerListenAddress", peers);
        }
        if (MetricsAddress is { } address)
        {
            settings.Comment(
                "Serves /metrics, /healthz, /readyz, /status and a status page at /. Unprotected: keep it on a network "
                + "that you trust.").Add("metricsAddress", address);
        }
        settings.Save(file);
    }

    /// <summary>Reads the <c>cluster.json</c> that this file names and checks that this replica is in it.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public ClusterConfiguration LoadCluster()
    {
        ClusterConfiguration cluster = ClusterConfiguration.Load(ClusterFile);
        if (Id >= cluster.Replicas.Count)
        {
            throw new ConfigurationException(
                ClusterFile, "replicas",
                $"has no entry for replica {Id}. Correct 'id' in replica.json, or use the cluster.json that lists this "
                + "replica.");
        }
        return cluster;
    }
}
