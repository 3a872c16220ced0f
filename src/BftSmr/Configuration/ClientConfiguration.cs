using BftCloud.Primitives;
using BftSmr.Configuration;

namespace BftSmr;

/// <summary>
/// What a client is told: the contents of <c>client.json</c>. Paths are absolute here, relative to the file in it.
/// </summary>
public sealed record ClientConfiguration
{
    /// <summary>Its position in the cluster's list of clients.</summary>
    public required int Id { get; init; }

    /// <summary>Path of <c>cluster.json</c>.</summary>
    public required string ClusterFile { get; init; }

    /// <summary>File of its secret key, readable by its owner only.</summary>
    public required string KeyFile { get; init; }

    /// <summary>Reads and checks a <c>client.json</c>; not the files it names.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used; the message names the key and the
    /// remedy.</exception>
    public static ClientConfiguration Load(string file)
    {
        SettingsReader settings = SettingsReader.Load(file);
        ClientConfiguration client = new()
        {
            Id = settings.Integer("id"),
            ClusterFile = settings.FilePath("cluster"),
            KeyFile = settings.FilePath("key"),
        };
        settings.End();
        if (client.Id is < 0 or >= ClusterLimits.ClientsMax)
            throw settings.Error("id", $"is {client.Id}, but must be the client's place in the list of cluster.json.");
        return client;
    }

    /// <summary>Writes a <c>client.json</c> with comments.</summary>
    public void Save(string file) => new SettingsWriter()
        .Comment("One client identity. Paths are relative to this file.")
        .Add("id", Id)
        .Add("cluster", SettingsWriter.Relative(file, ClusterFile))
        .Add("key", SettingsWriter.Relative(file, KeyFile))
        .Save(file);

    /// <summary>Reads the <c>cluster.json</c> that this file names and checks that this client is in it.</summary>
    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public ClusterConfiguration LoadCluster()
    {
        ClusterConfiguration cluster = ClusterConfiguration.Load(ClusterFile);
        if (Id >= cluster.Clients.Count)
        {
            throw new ConfigurationException(
                ClusterFile, "clients",
                $"has no entry for client {Id}. Correct 'id' in client.json, or use the cluster.json that lists this "
                + "client.");
        }
        return cluster;
    }
}
