using BftCloud.Primitives;
using BftSmr;
using BftSmr.Client.Core;
using BftSmr.Codec;
using BftSmr.Settings;
using KvStore;

namespace BftCloud.Tests.Configuration;

public sealed class ClusterConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _file;

    public ClusterConfigurationTests()
    {
        using LocalCluster local = LocalCluster.Create(f: 1, service: "kv");
        _file = _directory.At("cluster.json");
        local.Configuration.Save(_file);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_was_saved_is_loaded_with_every_value()
    {
        using LocalCluster local = LocalCluster.Create(f: 2, service: "counter", clients: 3, cluster => cluster with
        {
            Durability = Durability.Decisions,
            RequestAuthentication = RequestAuthentication.Signed,
            Window = 7,
            BatchRequestsMax = 8,
            BatchBytesMax = 9 << 20,
            OperationBytesMax = 10_000,
            ReplyBytesMax = 11_000,
            RequestTimeoutMs = 1200,
            CheckpointPeriod = 13,
            CheckpointBytes = 14L << 30,
            ClockSkewMs = 15_000,
        });
        local.Configuration.Save(_file);

        ClusterConfiguration loaded = ClusterConfiguration.Load(_file);

        Assert.Equal(local.Configuration.Replicas, loaded.Replicas);
        Assert.Equal(local.Configuration.Clients, loaded.Clients);
        Assert.Equal(
            local.Configuration with { Replicas = [], Clients = [] }, loaded with { Replicas = [], Clients = [] });
        Assert.Equal(local.Configuration.ContentHash(), loaded.ContentHash());
    }

    [Fact]
    public void Comments_layout_and_values_left_at_their_default_do_not_change_the_hash()
    {
        Digest hash = ClusterConfiguration.Load(_file).ContentHash();
        string compact = string.Concat(File.ReadLines(_file)
            .Where(static line => !line.Contains("//", StringComparison.Ordinal))
            .Select(static line => line.Trim()));
        File.WriteAllText(_file, compact.Replace("\"window\": 32,", "/* the default */", StringComparison.Ordinal));

        Assert.Equal(hash, ClusterConfiguration.Load(_file).ContentHash());
    }

    [Theory]
    [InlineData("\"window\": 32", "\"window\": 33")]
    [InlineData("\"durability\": \"votes\"", "\"durability\": \"none\"")]
    [InlineData("\"service\": \"kv\"", "\"service\": \"echo\"")]
    [InlineData("\"name\": \"client0\"", "\"name\": \"client0\", \"rights\": [\"read\"]")]
    [InlineData("\"window\": 32", "\"window\": 32, \"serviceOptions\": { \"a\": 1 }")]
    [InlineData("\"checkpointBytes\": 8388608", "\"checkpointBytes\": 8388609")]
    [InlineData("\"clockSkewMs\": 60000", "\"clockSkewMs\": 60001")]
    public void Any_other_value_changes_the_hash(string from, string to)
    {
        Digest hash = ClusterConfiguration.Load(_file).ContentHash();
        Replace(from, to);

        Assert.NotEqual(hash, ClusterConfiguration.Load(_file).ContentHash());
    }

    [Theory]
    [InlineData("\"window\": 32", "\"windw\": 32", "windw", "not a known key")]
    [InlineData("\"window\": 32", "\"window\": 32, \"window\": 32", "window", "twice")]
    [InlineData("\"window\": 32", "\"window\": \"32\"", "window", "whole number")]
    [InlineData("\"window\": 32", "\"window\": 3.5", "window", "whole number")]
    [InlineData("\"window\": 32", "\"window\": null", "window", "whole number")]
    [InlineData("\"window\": 32", "\"window\": 0", "window", "between 1 and 1024")]
    [InlineData("\"window\": 32", "\"window\": 1025", "window", "between 1 and 1024")]
    [InlineData("\"window\": 32", "\"window\": 99999999999", "window", "out of any range")]
    [InlineData("\"f\": 1", "\"f\": 0", "f", "between 1 and 21")]
    [InlineData("\"f\": 1", "\"f\": 2", "replicas", "needs 7 to 64")]
    [InlineData("\"f\": 1,", "", "f", "missing")]
    [InlineData("\"protocol\": \"bftsmr\"", "\"protocol\": \"paxos\"", "protocol", "bftsmr")]
    [InlineData("\"durability\": \"votes\"", "\"durability\": \"perhaps\"", "durability", "votes, decisions, none")]
    [InlineData("\"durability\": \"votes\"", "\"durability\": \"0\"", "durability", "votes, decisions, none")]
    [InlineData("\"requestAuthentication\": \"mac\"",
        "\"requestAuthentication\": \"nothing\"", "requestAuthentication", "mac, signed")]
    [InlineData("\"batchRequestsMax\": 1024", "\"batchRequestsMax\": 0", "batchRequestsMax", "between")]
    [InlineData("\"batchBytesMax\": 1114112", "\"batchBytesMax\": 1048576", "batchBytesMax", "operationBytesMax")]
    [InlineData("\"operationBytesMax\": 1048576", "\"operationBytesMax\": -1", "operationBytesMax", "between")]
    [InlineData("\"replyBytesMax\": 1048576", "\"replyBytesMax\": 31", "replyBytesMax", "between")]
    [InlineData("\"requestTimeoutMs\": 1000", "\"requestTimeoutMs\": 9", "requestTimeoutMs", "between")]
    [InlineData("\"checkpointPeriod\": 4096", "\"checkpointPeriod\": 0", "checkpointPeriod", "between")]
    [InlineData("\"checkpointPeriod\": 4096",
        "\"checkpointPeriod\": 1000000", "checkpointPeriod", "Lower it, or 'window'")]
    [InlineData("\"checkpointBytes\": 8388608", "\"checkpointBytes\": 1", "checkpointBytes", "between")]
    [InlineData("\"clockSkewMs\": 60000", "\"clockSkewMs\": 99", "clockSkewMs", "between 100 and 86400000")]
    [InlineData("\"id\": 2", "\"id\": 3", "replicas[2].id", "place in the list")]
    [InlineData(
        "\"name\": \"client0\"",
        "\"name\": \"client0\", \"rights\": [\"all\"]", "clients[0].rights", "may list only")]
    [InlineData(
        "\"name\": \"client0\"",
        "\"name\": \"client0\", \"rights\": \"read\"", "clients[0].rights", "must be a list")]
    [InlineData(
        "\"window\": 32",
        "\"window\": 32, \"serviceOptions\": { \"a\": [] }", "serviceOptions.a", "whole number, true or false")]
    [InlineData("\"window\": 32", "\"window\": 32, \"serviceOptions\": { \"a b\": 1 }", "serviceOptions", "1 to 64")]
    [InlineData("\"window\": 32", "\"window\": 32, \"serviceOptions\": 7", "serviceOptions", "must be an object")]
    [InlineData("\"name\": \"client0\"", "\"name\": \"client 0\"", "clients[0].name", "1 to 64")]
    [InlineData("\"name\": \"client0\"", "\"nom\": \"client0\"", "clients[0].name", "missing")]
    [InlineData("\"service\": \"kv\"", "\"service\": \"\"", "service", "1 to 64")]
    [InlineData("\"clusterId\": \"", "\"clusterId\": \"ü", "clusterId", "1 to 64")]
    [InlineData("\"publicKey\": \"", "\"publicKey\": \"00", "publicKey", "64 hexadecimal digits, not 66")]
    [InlineData("\"administrator\": \"", "\"administrator\": \"zz", "administrator", "hexadecimal")]
    [InlineData("\"peerAddress\": \"127.0.0.1:",
        "\"peerAddress\": \"127.0.0.1:99", "replicas[0].peerAddress", "port from 1 to 65535")]
    [InlineData("\"clientAddress\": \"127.0.0.1:", "\"clientAddress\": \"", "replicas[0].clientAddress", "host:port")]
    public void A_wrong_value_is_refused_by_naming_file_key_and_remedy(
        string from, string to, string key, string remedy)
    {
        Replace(from, to);

        ConfigurationException e = Assert.Throws<ConfigurationException>(() => ClusterConfiguration.Load(_file));

        Assert.StartsWith(_file, e.Message, StringComparison.Ordinal);
        Assert.EndsWith(key, e.Key, StringComparison.Ordinal);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rights_and_service_options_are_read_as_they_were_written()
    {
        ClusterConfiguration cluster = ClusterConfiguration.Load(_file);
        Digest plain = cluster.ContentHash();
        ClientIdentity first = cluster.Clients[0];
        cluster = cluster with
        {
            Clients = [first with { Rights = ClientRights.Read | ClientRights.Admin }],
            ServiceOptions = ServiceOptions.Of(
                new Dictionary<string, string> { ["text"] = "a \"b\"", ["number"] = "-5", ["flag"] = "true" }),
        };
        cluster.Save(_file);
        ClusterConfiguration read = ClusterConfiguration.Load(_file);
        Assert.Equal(ClientRights.Read | ClientRights.Admin, read.Clients[0].Rights);
        Assert.Equal(cluster.ServiceOptions.Values, read.ServiceOptions.Values);
        Assert.Equal(cluster.ContentHash(), read.ContentHash());
        Assert.Contains("\"number\": -5", File.ReadAllText(_file), StringComparison.Ordinal);

        (cluster with { Clients = [first], ServiceOptions = ServiceOptions.None }).Save(_file);
        Assert.Equal(plain, ClusterConfiguration.Load(_file).ContentHash());
    }

    [Fact]
    public void Two_replicas_with_one_key_or_one_address_are_refused()
    {
        ClusterConfiguration cluster = ClusterConfiguration.Load(_file);
        ReplicaEndpoint first = cluster.Replicas[0];
        ReplicaEndpoint second = cluster.Replicas[1];

        ConfigurationException sameKey = Refused(
            cluster with
            {
                Replicas = [first, second with { PublicKey = first.PublicKey }, .. cluster.Replicas.Skip(2)],
            });
        ConfigurationException sameAddress = Refused(
            cluster with
            {
                Replicas = [first, second with { ClientAddress = first.PeerAddress }, .. cluster.Replicas.Skip(2)],
            });
        ConfigurationException clientIsReplica = Refused(
            cluster with { Clients = [new ClientIdentity("x", first.PublicKey)] });

        Assert.Equal("replicas[1].publicKey", sameKey.Key);
        Assert.Equal("replicas[1].clientAddress", sameAddress.Key);
        Assert.Equal("clients[0].publicKey", clientIsReplica.Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{ \"clusterId\": ")]
    [InlineData("{} {}")]
    [InlineData("\0\0\0\0")]
    public void What_is_not_a_configuration_is_refused_by_naming_the_file(string text)
    {
        File.WriteAllText(_file, text);

        ConfigurationException e = Assert.Throws<ConfigurationException>(() => ClusterConfiguration.Load(_file));

        Assert.StartsWith(_file, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named_with_the_command_that_makes_one()
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(
            () => ClusterConfiguration.Load(_directory.At("absent.json")));

        Assert.Contains("absent.json", e.Message, StringComparison.Ordinal);
        Assert.Contains("cluster init", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_core_is_told_what_the_file_says()
    {
        Replace("\"requestTimeoutMs\": 1000", "\"requestTimeoutMs\": 1500");
        Replace("\"clockSkewMs\": 60000", "\"clockSkewMs\": 5000");

        ReplicaSettings settings = ClusterConfiguration.Load(_file).ToSettings(new ReplicaId(2));

        Assert.Equal(2, settings.Self.Value);
        Assert.Equal(3, settings.Quorums.Write);
        Assert.Equal(1_500_000, settings.RequestTimeoutMicros);
        Assert.Equal(5_000_000, settings.ClockSkewMicros);
    }

    [Fact]
    public void What_a_fresh_cluster_keeps_to_are_the_defaults_which_replicas_and_clients_have_as_well()
    {
        ClusterConfiguration fresh = ClusterConfiguration.Load(_file);

        Assert.Equal(ReplicationLimits.Default, fresh.Limits);
        Assert.Equal(1_048_576, fresh.OperationBytesMax);
        ReplicaSettings replica = fresh.ToSettings(new ReplicaId(2));
        Assert.Equal(new ReplicaSettings { Self = replica.Self, Quorums = replica.Quorums }, replica);
        ClientSettings client = ClientSettings.For(fresh, new ClientId(0));
        Assert.Equal(new ClientSettings { Client = client.Client, Quorums = client.Quorums }, client);
        CodecLimits codec = CodecLimits.For(fresh.Quorums, fresh.Limits);
        Assert.Equal(new CodecLimits { Replicas = fresh.Replicas.Count }, codec);
        Assert.Equal(codec, CodecLimits.For(replica));
    }

    [Fact]
    public void A_fresh_cluster_carries_the_largest_operations_and_replies_of_the_store()
    {
        ClusterConfiguration fresh = ClusterConfiguration.Load(_file);

        Assert.InRange(KvLimits.OperationBytesMax, 1, fresh.OperationBytesMax);
        Assert.InRange(KvLimits.ReplyBytesMax, 1, fresh.ReplyBytesMax);
    }

    private static ConfigurationException Refused(ClusterConfiguration cluster) =>
        Assert.Throws<ConfigurationException>(cluster.Check);

    private void Replace(string from, string to)
    {
        string text = File.ReadAllText(_file);
        int at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{from} is not in the file.");
        File.WriteAllText(_file, string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length)));
    }
}
