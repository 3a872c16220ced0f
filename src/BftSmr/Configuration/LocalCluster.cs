using System.Globalization;
using System.Security.Cryptography;
using BftCloud.Primitives;
using BftSmr.Configuration;
using BftSmr.Ordering;
using BftSmr.Ordering.Protocols;

namespace BftSmr;

/// <summary>
/// A new cluster on this machine: a configuration with free loopback ports, and fresh keys for all in it. For
/// embedding, for tests, and where <see cref="ClusterDirectory"/> gets its content from.
/// </summary>
public sealed class LocalCluster : IDisposable
{
    private LocalCluster(
        ClusterConfiguration configuration, IReadOnlyList<KeyPair> replicaKeys, IReadOnlyList<KeyPair> clientKeys,
        KeyPair administratorKey) =>
        (
            Configuration, ReplicaKeys, ClientKeys, AdministratorKey) = (configuration, replicaKeys, clientKeys,
            administratorKey);

    /// <summary>What all replicas and clients share.</summary>
    public ClusterConfiguration Configuration { get; }

    /// <summary>The secret key of each replica.</summary>
    public IReadOnlyList<KeyPair> ReplicaKeys { get; }

    /// <summary>The secret key of each client identity.</summary>
    public IReadOnlyList<KeyPair> ClientKeys { get; }

    /// <summary>The secret key that may change the membership.</summary>
    public KeyPair AdministratorKey { get; }

    /// <summary>A free port for each replica's metrics.</summary>
    internal IReadOnlyList<int> MetricsPorts { get; private init; } = [];

    /// <summary>
    /// Makes keys and a configuration on 127.0.0.1, of as many replicas as the protocol needs: 3f+1 for <c>bftsmr</c>.
    /// </summary>
    /// <param name="f">How many replicas may be faulty at a time.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="clients">How many client identities to admit.</param>
    /// <param name="adjust">Changes other settings, if given.</param>
    /// <param name="protocol">The ordering protocol.</param>
    /// <exception cref="ConfigurationException">A value is out of its bounds.</exception>
    public static LocalCluster Create(
        int f =
            1, string service = "embedded", int clients = 1,
            Func<ClusterConfiguration, ClusterConfiguration>? adjust = null,
        string protocol = ClusterConfiguration.BftSmrProtocol)
    {
        if (f is < 1 or > Quorums.FaultyMax)
            throw new ConfigurationException(
                "new cluster", "f", $"is {f}, but must be between 1 and {Quorums.FaultyMax}.");
        if (!OrderingProtocols.TryFind(protocol, out OrderingProtocol? ordering))
            throw new ConfigurationException("new cluster", "protocol", ClusterLimits.UnknownProtocol(protocol));
        int replicas = ordering.ReplicasMin(f);
        KeyPair[] replicaKeys = Generate(replicas);
        KeyPair[] clientKeys = Generate(clients);
        KeyPair administratorKey = KeyPair.Generate();
        int[] ports = LocalPorts.Take(3 * replicas);
        ClusterConfiguration cluster = new()
        {
            ClusterId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            Protocol = protocol,
            F = f,
            Service = service,
            Replicas = [.. replicaKeys.Select((key, i) => new ReplicaEndpoint(
                Loopback(ports[2 * i]), Loopback(ports[2 * i + 1]), key.PublicKey))],
            Clients = [.. clientKeys.Select(static (key, i) => new ClientIdentity(
                string.Create(CultureInfo.InvariantCulture, $"client{i}"), key.PublicKey))],
            Administrator = administratorKey.PublicKey,
        };
        if (adjust is not null) cluster = adjust(cluster);
        ClusterLimits.Check(cluster, "new cluster");
        return new LocalCluster(
            cluster, replicaKeys, clientKeys, administratorKey) { MetricsPorts = ports[(2 * replicas)..] };
    }

    /// <summary>Zeroes all secret keys.</summary>
    public void Dispose()
    {
        foreach (KeyPair key in ReplicaKeys) key.Dispose();
        foreach (KeyPair key in ClientKeys) key.Dispose();
        AdministratorKey.Dispose();
    }

    internal static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static KeyPair[] Generate(int count) =>
        [.. Enumerable.Range(0, count).Select(static _ => KeyPair.Generate())];
}
