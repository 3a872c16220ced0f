using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.Clouds;

[Collection(CloudServersCollection.Name)]
public sealed class WebDavCloudTests(CloudServers servers) : ServedCloudConformance
{
    private protected override Task<CloudServer> StartAsync() => servers.WebDavAsync();

    private protected override string ListingStatus => "207 Multi-Status";
}
