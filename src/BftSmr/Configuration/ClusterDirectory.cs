using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Configuration;

namespace BftSmr;

/// <summary>
/// The directory of a cluster whose replicas all run on this machine: <c>cluster.json</c>, <c>rN/replica.json</c> with
/// keys, data, pid file and log, <c>client/client.json</c> of the first client, <c>clients/NAME/client.json</c> of the
/// others, <c>admin/admin.json</c>.
/// </summary>
public sealed class ClusterDirectory
{
    /// <summary>The name of the shared configuration file in it.</summary>
    public const string ClusterFileName = "cluster.json";

    private const string ClientFileName = "client.json";
    private const string KeyFileName = "secret.key";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private ClusterDirectory(string path, ClusterConfiguration cluster) => (Path, Cluster) = (path, cluster);

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>What <c>cluster.json</c> says.</summary>
    public ClusterConfiguration Cluster { get; }

    /// <summary>Path of <c>cluster.json</c>.</summary>
    public string ClusterFile => At(ClusterFileName);

    /// <summary>Path of <c>client/client.json</c>.</summary>
    public string ClientFile => At("client", ClientFileName);

    /// <summary>Path of <c>admin/admin.json</c>.</summary>
    public string AdministratorFile => At("admin", "admin.json");

    /// <summary>Path of <c>rN/replica.json</c>.</summary>
    public string ReplicaFile(int id) => At(NameOf(id), "replica.json");

    /// <summary>Path of <c>rN/replica.pid</c>.</summary>
    public string PidFile(int id) => At(NameOf(id), "replica.pid");

    /// <summary>Path of <c>rN/replica.log</c>.</summary>
    public string LogFile(int id) => At(NameOf(id), "replica.log");

    /// <summary>The file whose lock commands take that start or stop the replicas.</summary>
    internal string TurnFile => At("turn");

    /// <summary>Opens a directory that <see cref="Create"/> made.</summary>
    /// <exception cref="ConfigurationException">There is no cluster there, or its configuration cannot be
    /// used.</exception>
    public static ClusterDirectory Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(full))
            throw new ConfigurationException(
                full, "there is no such directory. Make a cluster with 'bftcloud cluster init --f 1 --out DIR'.");
        return new ClusterDirectory(full, ClusterConfiguration.Load(System.IO.Path.Combine(full, ClusterFileName)));
    }

    /// <summary>Writes a new cluster: every file of it, with fresh keys of mode 0600.</summary>
    /// <exception cref="ConfigurationException">The directory is not empty or cannot be written.</exception>
    public static ClusterDirectory Create(string path, LocalCluster content)
    {
        ArgumentNullException.ThrowIfNull(content);
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            if (File.Exists(full))
                throw new ConfigurationException(full, "is a file. Name a directory that is new or empty.");
            if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
            {
                throw new ConfigurationException(
                    full,
                    "the directory is not empty, and nothing in it is overwritten. Name a new one, or remove it if "
                    + "nothing needs it any more.");
            }
            ClusterDirectory directory = new(full, content.Configuration);
            directory.Write(content);
            return directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                full,
                $"the cluster cannot be written there: {e.Message} Name another directory, or correct its permissions.",
                e);
        }
    }

    private void Write(LocalCluster content)
    {
        MakeDirectory(Path);
        Cluster.Save(ClusterFile);
        for (int id = 0; id < Cluster.Replicas.Count; id++)
        {
            MakeDirectory(At(NameOf(id)));
            KeyFile.Save(At(NameOf(id), KeyFileName), content.ReplicaKeys[id]);
            ReplicaConfiguration replica = new()
            {
                Id = id,
                ClusterFile = ClusterFile,
                DataDirectory = At(NameOf(id), "data"),
                KeyFile = At(NameOf(id), KeyFileName),
                MetricsAddress = LocalCluster.Loopback(content.MetricsPorts[id]),
            };
            replica.Save(ReplicaFile(id));
            DataDirectory.Initialize(replica.DataDirectory);
        }
        WriteClient(0, At("client"), content.ClientKeys[0]);
        if (content.ClientKeys.Count > 1) MakeDirectory(At("clients"));
        for (int id = 1; id < content.ClientKeys.Count; id++)
            WriteClient(id, At("clients", Cluster.Clients[id].Name), content.ClientKeys[id]);
        MakeDirectory(At("admin"));
        KeyFile.Save(At("admin", KeyFileName), content.AdministratorKey);
        new AdministratorConfiguration { ClusterFile = ClusterFile, KeyFile = At("admin", KeyFileName) }
            .Save(AdministratorFile);
    }

    private void WriteClient(int id, string directory, KeyPair key)
    {
        MakeDirectory(directory);
        string keyFile = System.IO.Path.Combine(directory, KeyFileName);
        KeyFile.Save(keyFile, key);
        new ClientConfiguration { Id = id, ClusterFile = ClusterFile, KeyFile = keyFile }
            .Save(System.IO.Path.Combine(directory, ClientFileName));
    }

    private string At(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string NameOf(int id) => string.Create(CultureInfo.InvariantCulture, $"r{id}");

    private static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly);
    }
}
