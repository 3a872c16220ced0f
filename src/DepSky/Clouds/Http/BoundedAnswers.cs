using System.Net;

namespace DepSky.Clouds.Http;

/// <summary>
/// Bounds what a server may make a client read: the body of a refusal is cut off, and an answer to anything but the
/// reading of a range must end within a limit. Ranges are bounded by their readers.
/// </summary>
internal sealed class BoundedAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>A folder that a WebDAV server lists in one answer: some 300,000 objects.</summary>
    public const int ListingBytesMax = 128 << 20;

    /// <summary>A page of any other listing is below 1 MiB with every server known.</summary>
    private const int AnswerBytesMax = 16 << 20;

    private const int RefusalBytesMax = 16 << 10;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        bool readsRange = request.Headers.Contains("Range") || request.Headers.Contains("x-ms-range");
        if (response.IsSuccessStatusCode && readsRange) return response;
        HttpContent body = response.Content;
        Stream stream = await body.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            int bytesMax = response.StatusCode == HttpStatusCode.MultiStatus ? ListingBytesMax : AnswerBytesMax;
            response.Content = WithHeadersOf(body, new StreamContent(new LimitedStream(stream, bytesMax)));
            return response;
        }
        byte[] refusal = new byte[RefusalBytesMax];
        int length = 0;
        try
        {
            length = await stream.ReadAtLeastAsync(
                refusal, refusal.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status says enough.
        }
        response.Content = WithHeadersOf(body, new ByteArrayContent(refusal, 0, length));
        response.Content.Headers.ContentLength = length;
        body.Dispose();
        return response;
    }

    private static HttpContent WithHeadersOf(HttpContent original, HttpContent content)
    {
        foreach ((string name, IEnumerable<string> values) in original.Headers)
            content.Headers.TryAddWithoutValidation(name, values);
        return content;
    }

    /// <summary>
    /// The connections of one cloud: pooled, never following a redirection with our credentials, giving up on a server
    /// that does not accept.
    /// </summary>
    public static BoundedAnswers Connect() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxConnectionsPerServer = 64,
        MaxResponseHeadersLength = 64,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
        MaxResponseDrainSize = 64 << 10,
    });
}
