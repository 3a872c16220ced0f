using BftCloud.Links;
using BftCloud.Primitives;

namespace BftCloud.Links.Tests.Transport;

/// <summary>The keys of a small cluster and the credentials of its nodes, right and wrong ones.</summary>
internal sealed class LinkKeys : IDisposable
{
    public const string ClusterId = "cluster";

    public LinkKeys(int replicas = 1, int clients = 2)
    {
        Replicas = [.. Enumerable.Range(0, replicas).Select(static _ => KeyPair.Generate())];
        Clients = [.. Enumerable.Range(0, clients).Select(static _ => KeyPair.Generate())];
    }

    public static Digest ConfigurationHash { get; } = Blake2b.Hash("cluster.json"u8);

    public KeyPair[] Replicas { get; }

    public KeyPair[] Clients { get; }

    public KeyPair Stranger { get; } = KeyPair.Generate();

    public LinkCredentials CredentialsOf(
        KeyPair own, string clusterId = ClusterId, Digest? configurationHash = null, PublicKey[]? replicas = null,
        CipherSuites? suites = null) =>
        new(
            clusterId, configurationHash ?? ConfigurationHash, own, replicas ?? PublicKeys(Replicas),
            PublicKeys(Clients))
        {
            Suites = suites ?? SuiteChoice.OfThisMachine,
        };

    public static PublicKey[] PublicKeys(KeyPair[] pairs) => [.. pairs.Select(static pair => pair.PublicKey)];

    public void Dispose()
    {
        foreach (KeyPair pair in Replicas.Concat(Clients)) pair.Dispose();
        Stranger.Dispose();
    }
}
