using BftCloud.Primitives;
using BftSmr;

namespace BftCloud.Common;

/// <summary>
/// What a command needs to be a client of the cluster that <c>--cluster</c> names: the options with its key.
/// </summary>
internal sealed class ClusterClient : IDisposable
{
    private ClusterClient(BftClientOptions options) => Options = options;

    public BftClientOptions Options { get; }

    /// <summary>Reads the client's configuration and key.</summary>
    /// <param name="path">A cluster's directory, or a client.json.</param>
    /// <param name="timeout">How long connecting and each operation may take.</param>
    public static ClusterClient Open(string path, TimeSpan timeout)
    {
        ClientConfiguration client = ClientConfiguration.Load(
            File.Exists(path) ? path : ClusterDirectory.Open(path).ClientFile);
        ClusterConfiguration cluster = client.LoadCluster();
        return new ClusterClient(new BftClientOptions
        {
            Cluster = cluster,
            ClientId = new ClientId(client.Id),
            Key = KeyFile.Load(client.KeyFile, cluster.Clients[client.Id].PublicKey),
            ConnectTimeout = timeout,
            OperationTimeout = timeout,
        });
    }

    /// <summary>Throws unless the cluster runs the service that a command is for.</summary>
    public ClusterClient Require(string service)
    {
        string actual = Options.Cluster.Service;
        return actual == service
            ? this
            : throw new CommandFailedException(
                $"This cluster runs the service '{actual}', and this command is for '{service}'. "
                + $"Name a cluster made with 'bftcloud cluster init --service {service}'.");
    }

    public void Dispose() => Options.Key.Dispose();
}
