
namespace DepSky.Tests.Clouds;

public sealed class MemoryCloudTests : CloudConformance
{
    private protected override Task<ICloud> OpenAsync() => Task.FromResult<ICloud>(new MemoryCloud("memory"));
}
