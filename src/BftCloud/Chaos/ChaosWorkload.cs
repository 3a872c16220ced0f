using BftSmr;

namespace BftCloud.Chaos;

/// <summary>What a chaos run asks of a service, and how it is checked.</summary>
/// <param name="Service">The service that the cluster runs.</param>
/// <param name="Create">Makes the load on a cluster, and the history that it writes.</param>
internal sealed record ChaosWorkload(string Service, Func<ClusterDirectory, ChaosManifest, IChaosLoad> Create);
