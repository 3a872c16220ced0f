using Amazon.Runtime;

namespace DepSky.Clouds.Http;

/// <summary>
/// Gives the AWS SDK a client that bounds what servers may send. One for all requests of one cloud, disposed of with
/// it.
/// </summary>
internal sealed class BoundedHttpClientFactory : HttpClientFactory, IDisposable
{
    private readonly HttpClient _client = new(BoundedAnswers.Connect()) { Timeout = Timeout.InfiniteTimeSpan };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client.Dispose();
}
