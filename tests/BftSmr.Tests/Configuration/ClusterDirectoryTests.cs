using System.Runtime.Versioning;
using BftCloud.Primitives;
using BftSmr.Configuration;

namespace BftSmr.Tests.Configuration;

[UnsupportedOSPlatform("windows")]
public sealed class ClusterDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_cluster_has_everything_its_nodes_need()
    {
        using LocalCluster content = LocalCluster.Create();
        ClusterDirectory.Create(_directory.At("D"), content);

        ClusterDirectory directory = ClusterDirectory.Open(_directory.At("D"));

        Assert.Equal(content.Configuration.ContentHash(), directory.Cluster.ContentHash());
        for (int id = 0; id < 4; id++)
        {
            ReplicaConfiguration replica = ReplicaConfiguration.Load(directory.ReplicaFile(id));
            using KeyPair key = KeyFile.Load(replica.KeyFile, directory.Cluster.Replicas[id].PublicKey);
            Assert.Equal(id, replica.Id);
            Assert.Equal(directory.ClusterFile, replica.ClusterFile);
            Assert.Equal(_directory.At("D", $"r{id}", "data"), replica.DataDirectory);
        }
        ClientConfiguration client = ClientConfiguration.Load(directory.ClientFile);
        KeyFile.Load(client.KeyFile, client.LoadCluster().Clients[client.Id].PublicKey).Dispose();
        AdministratorConfiguration administrator = AdministratorConfiguration.Load(directory.AdministratorFile);
        KeyFile.Load(administrator.KeyFile, directory.Cluster.Administrator).Dispose();
    }

    [Fact]
    public void Only_the_owner_may_read_the_keys()
    {
        using LocalCluster content = LocalCluster.Create();
        ClusterDirectory.Create(_directory.At("D"), content);

        string[] keys = Directory.GetFiles(_directory.At("D"), "*.key", SearchOption.AllDirectories);

        Assert.Equal(6, keys.Length);
        Assert.All(
            keys,
            static key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key)));
    }

    [Fact]
    public void A_directory_that_is_not_empty_is_left_alone()
    {
        using LocalCluster content = LocalCluster.Create();
        File.WriteAllText(_directory.At("precious"), "data");

        ConfigurationException e = Assert.Throws<ConfigurationException>(
            () => ClusterDirectory.Create(_directory.Path, content));

        Assert.Contains("not empty", e.Message, StringComparison.Ordinal);
        Assert.Equal([_directory.At("precious")], Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Clusters_made_at_the_same_time_share_no_port_and_no_id()
    {
        using LocalCluster one = LocalCluster.Create();
        using LocalCluster other = LocalCluster.Create();

        string[] addresses = [.. AddressesOf(one), .. AddressesOf(other)];

        Assert.Equal(2 * 4 * 3, addresses.Distinct().Count());
        Assert.NotEqual(one.Configuration.ClusterId, other.Configuration.ClusterId);
    }

    [Theory]
    [InlineData("{ \"id\": 4, \"cluster\": \"../cluster.json\", \"data\": \"data\", \"key\": \"secret.key\" }",
        "has no entry for replica 4")]
    [InlineData("{ \"id\": 0, \"cluster\": \"../cluster.json\", \"data\": \"data\" }", "'key': is missing")]
    [InlineData("{ \"id\": 0, \"cluster\": \"\", \"data\": \"data\", \"key\": \"secret.key\" }", "'cluster': is empty")]
    [InlineData("{ \"id\": 0, \"cluster\": \"../cluster.json\", \"data\": \"data\", \"key\": \"secret.key\", "
        + "\"port\": 1 }", "'port': is not a known key")]
    [InlineData("{ \"id\": 0, \"cluster\": \"../cluster.json\", \"data\": \"data\", \"key\": \"secret.key\", "
        + "\"metricsAddress\": \"9\" }", "'metricsAddress': is \"9\"")]
    [InlineData("{ \"id\": -1, \"cluster\": \"../cluster.json\", \"data\": \"data\", \"key\": \"secret.key\" }",
        "'id': is -1")]
    public void A_wrong_replica_file_is_refused_with_what_to_do(string text, string problem)
    {
        using LocalCluster content = LocalCluster.Create();
        ClusterDirectory directory = ClusterDirectory.Create(_directory.At("D"), content);
        File.WriteAllText(directory.ReplicaFile(0), text);

        ConfigurationException e = Assert.Throws<ConfigurationException>(
            () => ReplicaConfiguration.Load(directory.ReplicaFile(0)).LoadCluster());

        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_the_cluster_does_not_list_is_refused()
    {
        using LocalCluster content = LocalCluster.Create();
        ClusterDirectory directory = ClusterDirectory.Create(_directory.At("D"), content);
        File.WriteAllText(directory.ClientFile, """{ "id": 1, "cluster": "../cluster.json", "key": "secret.key" }""");

        ConfigurationException e = Assert.Throws<ConfigurationException>(
            () => ClientConfiguration.Load(directory.ClientFile).LoadCluster());

        Assert.Contains("has no entry for client 1", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:1", "127.0.0.1", 1)]
    [InlineData("[::1]:65535", "::1", 65535)]
    [InlineData("replica-1.example.org:7000", "replica-1.example.org", 7000)]
    public void Addresses_are_host_and_port(string text, string host, int port)
    {
        Assert.True(HostPort.TryParse(text, out HostPort address));
        Assert.Equal(new HostPort(host, port), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":1")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:+1")]
    [InlineData("::1:7000")]
    [InlineData("[]:1")]
    [InlineData("a b:1")]
    public void Other_texts_are_no_addresses(string text) => Assert.False(HostPort.TryParse(text, out _));

    private static IEnumerable<string> AddressesOf(LocalCluster cluster) =>
        cluster.Configuration.Replicas.SelectMany(
            static replica => (string[])[replica.PeerAddress, replica.ClientAddress])
                .Concat(cluster.MetricsPorts.Select(LocalCluster.Loopback));
}
