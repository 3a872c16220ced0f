using System.Buffers;
using System.Text.Json;
using BftCloud.Primitives;
using BftSmr.Settings;

namespace BftSmr.Configuration;

/// <summary>
/// A <see cref="ClusterConfiguration"/> as the file <c>cluster.json</c>, and the canonical form that its hash is taken
/// of.
/// </summary>
internal static class ClusterFile
{
    public static ClusterConfiguration Load(string file) => Read(SettingsReader.Load(file), file);

    private static ClusterConfiguration Read(SettingsReader settings, string source)
    {
        ClusterConfiguration cluster = new()
        {
            ClusterId = settings.Text("clusterId"),
            Protocol = settings.Text("protocol"),
            F = settings.Integer("f"),
            Service = settings.Text("service"),
            Replicas = settings.List("replicas", ReadReplica),
            ServiceOptions = ServiceOptions.Of(settings.OptionalValues("serviceOptions")),
            Clients = settings.List("clients", ReadClient),
            Administrator = settings.Has("administrator") ? settings.Parsed("administrator", PublicKey.Parse) : null,
        };
        cluster = cluster with
        {
            Durability = settings.Choice("durability", cluster.Durability),
            RequestAuthentication = settings.Choice("requestAuthentication", cluster.RequestAuthentication),
            Window = settings.Integer("window", cluster.Window),
            BatchRequestsMax = settings.Integer("batchRequestsMax", cluster.BatchRequestsMax),
            BatchBytesMax = settings.Integer("batchBytesMax", cluster.BatchBytesMax),
            OperationBytesMax = settings.Integer("operationBytesMax", cluster.OperationBytesMax),
            ReplyBytesMax = settings.Integer("replyBytesMax", cluster.ReplyBytesMax),
            RequestTimeoutMs = settings.Integer("requestTimeoutMs", cluster.RequestTimeoutMs),
            CheckpointPeriod = settings.Integer("checkpointPeriod", cluster.CheckpointPeriod),
            CheckpointBytes = settings.Long("checkpointBytes", cluster.CheckpointBytes),
            ClockSkewMs = settings.Integer("clockSkewMs", cluster.ClockSkewMs),
        };
        settings.End();
        ClusterLimits.Check(cluster, source);
        return cluster;
    }

    private static ClientIdentity ReadClient(SettingsReader client)
    {
        ClientIdentity identity = new(client.Text("name"), client.Parsed("publicKey", PublicKey.Parse));
        if (client.OptionalTexts("rights") is not { } names) return identity;
        return ClientIdentity.TryParseRights(names, out ClientRights rights)
            ? identity with { Rights = rights }
            : throw client.Error("rights", "may list only \"read\", \"write\" and \"admin\".");
    }

    private static IEnumerable<(string Key, object Value)> FieldsOf(ClientIdentity client)
    {
        yield return ("name", client.Name);
        yield return ("publicKey", client.PublicKey.ToString());
        if (client.Rights != RightsTable.Default) yield return ("rights", NamesOf(client.Rights));
    }

    private static IReadOnlyList<string> NamesOf(ClientRights rights) =>
        [.. Enum.GetValues<ClientRights>().Where(r => (rights & r) != 0).Select(SettingsReader.NameOf)];

    private static ReplicaEndpoint ReadReplica(SettingsReader replica)
    {
        int id = replica.Integer("id");
        string expected = $"replicas[{id}]";
        if (replica.Path != expected)
            throw replica.Error(
                "id", $"is {id}, but a replica's id is its place in the list. Number them 0, 1, 2, … in order.");
        return new ReplicaEndpoint(
            replica.Text("peerAddress"), replica.Text("clientAddress"), replica.Parsed("publicKey", PublicKey.Parse));
    }

    public static void Save(ClusterConfiguration cluster, string file)
    {
        SettingsWriter settings = new SettingsWriter()
            .Comment(
                "All replicas and clients of this cluster agree on this file. Keep it the same everywhere: its content "
                + "is compared whenever two of them connect.")
            .Add("clusterId", cluster.ClusterId)
            .Add("protocol", cluster.Protocol)
            .Comment("How many replicas may be faulty at a time; 3f+1 are needed.")
            .Add("f", cluster.F)
            .Add("service", cluster.Service)
            .AddList("replicas", cluster.Replicas.Index(), static replica =>
            [
                ("id", replica.Index), ("peerAddress", replica.Item.PeerAddress),
                ("clientAddress", replica.Item.ClientAddress), ("publicKey", replica.Item.PublicKey.ToString()),
            ])
            .Comment(
                "The identities that are admitted. Their rights: read, write, admin; read and write unless given.")
            .AddList(
                "clients", cluster.Clients,
                FieldsOf);
        if (cluster.ServiceOptions.Values.Count > 0)
        {
            settings.Comment("The options of the service.").AddObject("serviceOptions", cluster.ServiceOptions.Values);
        }
        if (cluster.Administrator is { } administrator)
        {
            settings.Comment("The key whose owner may change the membership.")
                .Add("administrator", administrator.ToString());
        }
        settings
            .Comment(
                "votes: the loss of power everywhere loses nothing acknowledged; decisions: replies wait for the disk; "
                + "none: nothing waits for the disk.")
            .Add("durability", cluster.Durability)
            .Comment(
                "mac: authenticators, and a signature only when a request is sent again; signed: an Ed25519 signature "
                + "on every request.")
            .Add("requestAuthentication", cluster.RequestAuthentication)
            .Comment(
                "Instances under way beyond the last executed one; requests and bytes in a batch; bytes of one "
                + "operation and of one reply.")
            .Add("window", cluster.Window)
            .Add("batchRequestsMax", cluster.BatchRequestsMax)
            .Add("batchBytesMax", cluster.BatchBytesMax)
            .Add("operationBytesMax", cluster.OperationBytesMax)
            .Add("replyBytesMax", cluster.ReplyBytesMax)
            .Comment("How long work may wait before the leader is suspected, milliseconds.")
            .Add("requestTimeoutMs", cluster.RequestTimeoutMs)
            .Comment("A checkpoint is taken after this many instances, or this many bytes of batches.")
            .Add("checkpointPeriod", cluster.CheckpointPeriod)
            .Add("checkpointBytes", cluster.CheckpointBytes)
            .Comment("How far a proposed time may be from a replica's clock, milliseconds.")
            .Add("clockSkewMs", cluster.ClockSkewMs)
            .Save(file);
    }

    /// <summary>
    /// Every value in a fixed order, without comments and spaces: equal configurations have equal bytes.
    /// </summary>
    public static ReadOnlyMemory<byte> Canonical(ClusterConfiguration cluster)
    {
        ArrayBufferWriter<byte> bytes = new(1024);
        using Utf8JsonWriter json = new(bytes);
        json.WriteStartObject();
        json.WriteString("clusterId", cluster.ClusterId);
        json.WriteString("protocol", cluster.Protocol);
        json.WriteNumber("f", cluster.F);
        json.WriteString("service", cluster.Service);
        json.WriteStartArray("replicas");
        foreach (ReplicaEndpoint replica in cluster.Replicas)
        {
            json.WriteStartObject();
            json.WriteString("peerAddress", replica.PeerAddress);
            json.WriteString("clientAddress", replica.ClientAddress);
            json.WriteString("publicKey", replica.PublicKey.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("clients");
        foreach (ClientIdentity client in cluster.Clients)
        {
            json.WriteStartObject();
            json.WriteString("name", client.Name);
            json.WriteString("publicKey", client.PublicKey.ToString());
            // A value that is not given adds nothing, so that the hash of a configuration without it stays the same.
            if (client.Rights != RightsTable.Default) json.WriteNumber("rights", (int)client.Rights);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (cluster.ServiceOptions.Values.Count > 0)
        {
            json.WriteStartObject("serviceOptions");
            foreach ((string name, string value) in cluster.ServiceOptions.Values) json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteString("administrator", cluster.Administrator?.ToString());
        json.WriteString("durability", SettingsReader.NameOf(cluster.Durability));
        json.WriteString("requestAuthentication", SettingsReader.NameOf(cluster.RequestAuthentication));
        json.WriteNumber("window", cluster.Window);
        json.WriteNumber("batchRequestsMax", cluster.BatchRequestsMax);
        json.WriteNumber("batchBytesMax", cluster.BatchBytesMax);
        json.WriteNumber("operationBytesMax", cluster.OperationBytesMax);
        json.WriteNumber("replyBytesMax", cluster.ReplyBytesMax);
        json.WriteNumber("requestTimeoutMs", cluster.RequestTimeoutMs);
        json.WriteNumber("checkpointPeriod", cluster.CheckpointPeriod);
        json.WriteNumber("checkpointBytes", cluster.CheckpointBytes);
        if (cluster.ClockSkewMs != ClusterConfiguration.ClockSkewMsDefault)
            json.WriteNumber("clockSkewMs", cluster.ClockSkewMs);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }
}
