using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.Clouds;

[Collection(CloudServersCollection.Name)]
public sealed class AzureBlobCloudTests(CloudServers servers) : ServedCloudConformance
{
    private protected override Task<CloudServer> StartAsync() => servers.AzureBlobAsync();
}
