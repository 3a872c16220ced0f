namespace DepSky.Tests.Clouds.Servers;

/// <summary>The servers that tests share: each is started when the first test wants it.</summary>
public sealed class CloudServers : IAsyncLifetime
{
    private readonly Lazy<Task<S3Server>> _s3 = new(S3Server.StartAsync);
    private readonly Lazy<Task<AzureBlobServer>> _azure = new(AzureBlobServer.StartAsync);
    private readonly Lazy<Task<WebDavServer>> _webDav = new(WebDavServer.StartAsync);

    internal async Task<CloudServer> S3Async() => await _s3.Value;

    internal async Task<CloudServer> AzureBlobAsync() => await _azure.Value;

    internal async Task<CloudServer> WebDavAsync() => await _webDav.Value;

    /// <summary>The name of a bucket, container or folder that no other test uses.</summary>
    internal static string NewSpace() => $"t{Guid.NewGuid():n}";

    Task IAsyncLifetime.InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync()
    {
        if (_s3.IsValueCreated) await (await _s3.Value).DisposeAsync();
        if (_azure.IsValueCreated) await (await _azure.Value).DisposeAsync();
        if (_webDav.IsValueCreated) await (await _webDav.Value).DisposeAsync();
    }
}

/// <summary>Tests with real servers run one class after another: they share two cores with the servers.</summary>
[CollectionDefinition(Name)]
public sealed class CloudServersCollection : ICollectionFixture<CloudServers>
{
    public const string Name = "cloud servers";
}
