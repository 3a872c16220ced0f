using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;

namespace DepSky.Clouds.Http;

/// <summary>
/// What clouds reached by HTTP have in common: sending, reading a range, and saying what went wrong. A server may be
/// hostile, so nothing it sends is trusted or unbounded.
/// </summary>
internal sealed class HttpCloud : IDisposable
{
    private readonly string _cloud;
    private readonly HttpClient _client = new(BoundedAnswers.Connect()) { Timeout = Timeout.InfiniteTimeSpan };

    public HttpCloud(string cloud) => _cloud = cloud;

    /// <summary>Sends, and returns any answer of the server, its body unread.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        GuardAsync(
            () => _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken),
            cancellationToken);

    /// <summary>Reads the answer to a request for a range.</summary>
    /// <returns>How many bytes there were.</returns>
    public Task<int> ReadRangeAsync(HttpResponseMessage response, long offset, Memory<byte> destination,
        CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange?.From is { } from && from != offset)
                throw new CloudException(
                    _cloud, CloudFailure.Broken,
                    string.Create(CultureInfo.InvariantCulture,
                        $"it was asked for bytes from {offset} on, and answered with those from {from} on."));
        }
        else if (!await SkipAsync(body, offset, cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }
        return await body.ReadAtLeastAsync(
            destination, destination.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    /// <summary>Reads an XML document, element by element.</summary>
    public async IAsyncEnumerable<T> ReadXmlAsync<T>(
        HttpResponseMessage response,
        Func<XmlReader, IAsyncEnumerable<T>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stream body = await GuardAsync(
            () => response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable _ = body.ConfigureAwait(false);
        using XmlReader reader = XmlReader.Create(body, XmlSettings);
        IAsyncEnumerator<T> items = read(reader).GetAsyncEnumerator(cancellationToken);
        await using ConfiguredAsyncDisposable __ = items.ConfigureAwait(false);
        while (await GuardAsync(() => items.MoveNextAsync().AsTask(), cancellationToken).ConfigureAwait(false))
            yield return items.Current;
    }

    /// <summary>What a refusal means.</summary>
    /// <param name="response">The server's answer; not a success.</param>
    /// <param name="doing">What was asked: <c>reading 'a/b'</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CloudException> RefusalAsync(
        HttpResponseMessage response, string doing, CancellationToken cancellationToken)
    {
        // Its length is bounded. It is read as bytes: the character set that it claims may not exist.
        byte[] text = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        string said = ServerText.Clean(Encoding.Latin1.GetString(text));
        CloudFailure kind = KindOf(response.StatusCode);
        return new CloudException(_cloud, kind, string.Create(CultureInfo.InvariantCulture,
            $"{doing} was answered with status {(int)response.StatusCode}"
            + $"{(said.Length == 0 ? "" : $" and '{said}'")}.{AdviceFor(kind)}"));
    }

    /// <summary>What to do about a refusal; a sentence with a space before it, or nothing.</summary>
    public static string AdviceFor(CloudFailure kind) => kind switch
    {
        CloudFailure.Denied => " Check the credentials and what they allow.",
        CloudFailure.Full => " Free space or raise the quota.",
        _ => "",
    };

    /// <summary>What a status other than success means.</summary>
    public static CloudFailure KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired =>
            CloudFailure.Denied,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => CloudFailure.NotFound,
        HttpStatusCode.InsufficientStorage => CloudFailure.Full,
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => CloudFailure.Unavailable,
        _ => CloudFailure.Broken,
    };

    public void Dispose() => _client.Dispose();

    private static XmlReaderSettings XmlSettings => new()
    {
        Async = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = BoundedAnswers.AnswerBytesMax,
    };

    private static async Task<bool> SkipAsync(Stream body, long bytes, CancellationToken cancellationToken)
    {
        byte[] skipped = new byte[Math.Min(bytes, 64 << 10)];
        while (bytes > 0)
        {
            int read = await body.ReadAsync(
                skipped.AsMemory(0, (int)Math.Min(bytes, skipped.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0) return false;
            bytes -= read;
        }
        return true;
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CloudException(_cloud, CloudFailure.Unavailable, "it does not answer in time.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CloudException(
                _cloud, CloudFailure.Unavailable,
                $"it cannot be reached, or broke off: {ServerText.Clean((e.InnerException ?? e).Message)}", e);
        }
        catch (Exception e) when (e is XmlException or FormatException or OverflowException)
        {
            throw new CloudException(
                _cloud, CloudFailure.Broken, $"its answer makes no sense: {ServerText.Clean(e.Message)}", e);
        }
    }
}
