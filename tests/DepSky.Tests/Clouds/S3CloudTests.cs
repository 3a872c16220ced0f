using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.Clouds;

[Collection(CloudServersCollection.Name)]
public sealed class S3CloudTests(CloudServers servers) : ServedCloudConformance
{
    private protected override Task<CloudServer> StartAsync() => servers.S3Async();
}
