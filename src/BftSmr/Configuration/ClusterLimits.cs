using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Ordering;
using BftSmr.Ordering.Protocols;

namespace BftSmr.Configuration;

/// <summary>
/// What the values of a <see cref="ClusterConfiguration"/> may be. Every bound of <c>cluster.json</c> is here.
/// </summary>
internal static class ClusterLimits
{
    public const int ClientsMax = 65_536;

    /// <summary>Throws if the configuration cannot work; <paramref name="source"/> is named in the error.</summary>
    /// <exception cref="ConfigurationException">A value is out of its bounds.</exception>
    public static void Check(ClusterConfiguration cluster, string source)
    {
        Name(source, "clusterId", cluster.ClusterId);
        Name(source, "service", cluster.Service);
        if (!OrderingProtocols.TryFind(cluster.Protocol, out OrderingProtocol? protocol))
            throw new ConfigurationException(source, "protocol", UnknownProtocol(cluster.Protocol));
        Between(source, "f", cluster.F, 1, Quorums.FaultyMax);
        CheckReplicas(cluster, protocol, source);
        CheckClients(cluster, source);
        CheckServiceOptions(cluster.ServiceOptions, source);
        Defined(source, "durability", cluster.Durability);
        Defined(source, "requestAuthentication", cluster.RequestAuthentication);
        Between(source, "window", cluster.Window, 1, 1024);
        Between(source, "batchRequestsMax", cluster.BatchRequestsMax, 1, 65_536);
        Between(source, "batchBytesMax", cluster.BatchBytesMax, 4 << 10, 64 << 20);
        Between(source, "operationBytesMax", cluster.OperationBytesMax, 1, 32 << 20);
        Between(source, "replyBytesMax", cluster.ReplyBytesMax, 32, 32 << 20);
        Between(source, "requestTimeoutMs", cluster.RequestTimeoutMs, 10, 600_000);
        Between(source, "checkpointPeriod", cluster.CheckpointPeriod, 1, 1_000_000);
        Between(source, "checkpointBytes", cluster.CheckpointBytes, 64 << 10, 1L << 40);
        Between(source, "clockSkewMs", cluster.ClockSkewMs, 100, 86_400_000);
        long batchBytesMin =
            (long)cluster.OperationBytesMax + Request.OverheadBytesMax + Request.SignatureBytes
            + (long)Request.MacBytes * cluster.Replicas.Count;
        if (cluster.BatchBytesMax < batchBytesMin)
        {
            throw new ConfigurationException(source, "batchBytesMax",
                $"is {Number(cluster.BatchBytesMax)}, but the largest operation with its authentication takes "
                + $"{Number(batchBytesMin)}. Raise it, or lower 'operationBytesMax'.");
        }
        if (!CodecLimits.For(cluster.Quorums, cluster.Limits).HasRoomForSync)
        {
            throw new ConfigurationException(source, "checkpointPeriod",
                $"is {Number(cluster.CheckpointPeriod)}, with a window of {Number(cluster.Window)}: the STOPDATA of "
                + $"{cluster.Replicas.Count} replicas over so many instances are too large for one message. Lower it, "
                + "or 'window'.");
        }
    }

    public static string UnknownProtocol(string name)
    {
        string known = string.Join(", ", OrderingProtocols.Names.Select(static n => $"\"{n}\""));
        return $"is \"{name}\"; the protocols that this version runs are {known}.";
    }

    private static void CheckReplicas(ClusterConfiguration cluster, OrderingProtocol protocol, string source)
    {
        int replicasMin = protocol.ReplicasMin(cluster.F);
        if (cluster.Replicas.Count < replicasMin || cluster.Replicas.Count > Quorums.ReplicasMax)
        {
            throw new ConfigurationException(source, "replicas",
                $"has {cluster.Replicas.Count} entries; to bear f = {cluster.F} faulty replicas it needs "
                + $"{replicasMin} to {Quorums.ReplicasMax}. Add replicas, or lower 'f'.");
        }
        Dictionary<PublicKey, string> keys = [];
        Dictionary<string, string> addresses = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < cluster.Replicas.Count; i++)
        {
            ReplicaEndpoint replica = cluster.Replicas[i];
            string key = string.Create(CultureInfo.InvariantCulture, $"replicas[{i}]");
            Address(source, $"{key}.peerAddress", replica.PeerAddress, addresses);
            Address(source, $"{key}.clientAddress", replica.ClientAddress, addresses);
            Distinct(source, $"{key}.publicKey", replica.PublicKey, keys);
        }
    }

    private static void CheckClients(ClusterConfiguration cluster, string source)
    {
        Between(source, "clients", cluster.Clients.Count, 1, ClientsMax);
        Dictionary<PublicKey, string> keys = [];
        for (int i = 0; i < cluster.Replicas.Count; i++)
            keys.Add(cluster.Replicas[i].PublicKey, $"replicas[{i}].publicKey");
        for (int i = 0; i < cluster.Clients.Count; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"clients[{i}]");
            Name(source, $"{key}.name", cluster.Clients[i].Name);
            Distinct(source, $"{key}.publicKey", cluster.Clients[i].PublicKey, keys);
        }
    }

    /// <summary>The service checks their meaning.</summary>
    private static void CheckServiceOptions(ServiceOptions options, string source)
    {
        Between(source, "serviceOptions", options.Values.Count, 0, ServiceOptions.CountMax);
        foreach ((string name, string value) in options.Values)
        {
            Name(source, "serviceOptions", name);
            if (value.Length > ServiceOptions.ValueCharactersMax)
                throw new ConfigurationException(source, $"serviceOptions.{name}",
                    $"has {value.Length} characters, but {ServiceOptions.ValueCharactersMax} are the most.");
        }
    }

    /// <summary>Throws unless the text is <c>host:port</c>.</summary>
    public static void Address(string source, string key, string address)
    {
        if (!HostPort.TryParse(address, out _))
        {
            throw new ConfigurationException(
                source, key,
                $"is \"{address}\", but must be host:port with a port from 1 to 65535, for example 127.0.0.1:7000 or "
                + "[::1]:7000.");
        }
    }

    private static void Address(string source, string key, string address, Dictionary<string, string> taken)
    {
        Address(source, key, address);
        if (!taken.TryAdd(address, key))
            throw new ConfigurationException(
                source, key, $"is {address}, which '{taken[address]}' has already. Give each its own.");
    }

    private static void Distinct(string source, string key, PublicKey value, Dictionary<PublicKey, string> taken)
    {
        if (!taken.TryAdd(value, key))
            throw new ConfigurationException(
                source, key, $"is the same key as '{taken[value]}'. Each identity needs a key of its own.");
    }

    private static void Between(string source, string key, long value, long min, long max)
    {
        if (value < min || value > max)
            throw new ConfigurationException(
                source, key, $"is {Number(value)}, but must be between {Number(min)} and {Number(max)}.");
    }

    private static void Defined<T>(string source, string key, T value) where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ConfigurationException(
                source, key, $"is {value}, but must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    private static void Name(string source, string key, string value)
    {
        if (value.Length is 0 or > 64 || value.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ConfigurationException(
                source, key, $"is \"{value}\", but must be 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.'.");
        }
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
