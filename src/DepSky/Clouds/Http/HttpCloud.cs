using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml;

namespace DepSky.Clouds.Http;

/// <summary>
/// What clouds reached by HTTP have in common: sending, trying again, reading a range, and saying what went wrong. A
/// server may be hostile, so nothing it sends is trusted or unbounded.
/// </summary>
internal sealed class HttpCloud(string cloud, RequestPolicy policy) : IDisposable
{
    private readonly HttpClient _client = new(BoundedAnswers.Connect()) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Tries requests again.</summary>
    public RequestRetries Retries { get; } = new(cloud, policy);

    /// <summary>Sends a request, again if need be, and reads the answer.</summary>
    /// <param name="make">Makes the request, for every try anew.</param>
    /// <param name="doing">What is asked, for people: <c>reading 'a/b'</c>.</param>
    /// <param name="knows">The statuses that the caller reads; the others are refusals.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<T> RequestAsync<T>(
        Func<RequestPatience, HttpRequestMessage> make, string doing, Predicate<HttpStatusCode> knows,
        Func<HttpResponseMessage, RequestPatience, Task<T>> read, CancellationToken cancellationToken) =>
        Retries.RunAsync(patience => GuardAsync(async () =>
        {
            using HttpRequestMessage request = make(patience);
            using HttpResponseMessage response = await _client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            patience.Progress();
            if (!knows(response.StatusCode))
                throw await RefusalAsync(response, doing, patience.Token).ConfigureAwait(false);
            if (IsWebPage(request, response))
                throw new CloudException(
                    cloud, CloudFailure.Broken,
                    $"{doing} was answered with a web page. Is the address right, and does nothing stand in between?");
            return await read(response, patience).ConfigureAwait(false);
        }, cancellationToken), cancellationToken);

    /// <summary>Sends a request, again if need be, for its status alone.</summary>
    public Task<HttpStatusCode> StatusAsync(
        Func<RequestPatience, HttpRequestMessage> make, string doing, Predicate<HttpStatusCode> knows,
        CancellationToken cancellationToken) =>
        RequestAsync(
            make, doing, knows, static (response, _) => Task.FromResult(response.StatusCode), cancellationToken);

    /// <summary>Reads the answer to a request for a range.</summary>
    /// <returns>How many bytes there were.</returns>
    public async Task<int> ReadRangeAsync(
        HttpResponseMessage response, long offset, Memory<byte> destination, RequestPatience patience)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange?.From is { } from && from != offset)
                throw new CloudException(
                    cloud, CloudFailure.Broken,
                    string.Create(CultureInfo.InvariantCulture,
                        $"it was asked for bytes from {offset} on, and answered with those from {from} on."));
        }
        else if (!await SkipAsync(body, offset, patience).ConfigureAwait(false))
        {
            return 0;
        }
        return await FillAsync(body, destination, patience).ConfigureAwait(false);
    }

    /// <summary>Reads until the destination is full or the body ends.</summary>
    public static async Task<int> FillAsync(Stream body, Memory<byte> destination, RequestPatience patience)
    {
        int length = 0;
        while (length < destination.Length)
        {
            int read = await body.ReadAsync(destination[length..], patience.Token).ConfigureAwait(false);
            if (read == 0) break;
            patience.Progress();
            length += read;
        }
        return length;
    }

    /// <summary>Reads an XML document whose root must be of this name, element by element.</summary>
    public async Task<List<T>> ReadXmlAsync<T>(
        HttpResponseMessage response, string root, Func<XmlReader, IAsyncEnumerable<T>> read, RequestPatience patience)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        using XmlReader reader = XmlReader.Create(body, XmlSettings);
        await reader.MoveToContentAsync().WaitAsync(patience.Token).ConfigureAwait(false);
        if (reader.NodeType != XmlNodeType.Element || reader.LocalName != root)
            throw new CloudException(
                cloud, CloudFailure.Broken, $"its answer is not a listing: it has no '{root}'. Is the address right?");
        List<T> items = [];
        await foreach (T item in read(reader).WithCancellation(patience.Token).ConfigureAwait(false))
        {
            patience.Token.ThrowIfCancellationRequested();
            patience.Progress();
            items.Add(item);
        }
        return items;
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
        _ when IsTransient(status) => CloudFailure.Unavailable,
        _ => CloudFailure.Broken,
    };

    /// <summary>Whether the same request may be answered otherwise a moment later.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Whether a connection was refused, or a name is not known.</summary>
    public static bool IsRefused(Exception e) =>
        e is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
        || e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    public void Dispose() => _client.Dispose();

    private static XmlReaderSettings XmlSettings => new()
    {
        Async = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        MaxCharactersInDocument = BoundedAnswers.ListingBytesMax,
    };

    /// <summary>What a refusal means.</summary>
    private async Task<CloudException> RefusalAsync(
        HttpResponseMessage response, string doing, CancellationToken cancellationToken)
    {
        // Its length is bounded. It is read as bytes: the character set that it claims may not exist.
        byte[] text = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        string said = ServerText.Clean(Encoding.Latin1.GetString(text));
        CloudFailure kind = KindOf(response.StatusCode);
        TimeSpan? after = Retries.WaitOf(response.Headers.RetryAfter, response.Headers.Date);
        string advice = AdviceFor(kind)
            + (RedirectOf(response) is { } place ? $" It redirects to {place}: is the address right?" : "")
            + (after > TimeSpan.Zero
                ? string.Create(CultureInfo.InvariantCulture, $" It asks to wait {after.Value.TotalSeconds:0} s.")
                : "");
        return new CloudException(cloud, kind, string.Create(CultureInfo.InvariantCulture,
            $"{doing} was answered with status {(int)response.StatusCode}"
            + $"{(said.Length == 0 ? "" : $" and '{said}'")}.{advice}"))
        {
            IsTransient = IsTransient(response.StatusCode), RetryAfter = after,
        };
    }

    /// <summary>Without the query, where secrets may stand.</summary>
    private static string? RedirectOf(HttpResponseMessage response) =>
        response.Headers.Location is not { IsAbsoluteUri: true } place
            ? null
            : ServerText.Clean(place.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path,
                UriFormat.UriEscaped));

    /// <summary>
    /// A page of a portal or of a wrong address, which does not do what it was asked. What is read is verified by
    /// those above, whatever it claims to be.
    /// </summary>
    private static bool IsWebPage(HttpRequestMessage request, HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.OK
        && request.Method != HttpMethod.Get && request.Method != HttpMethod.Head
        && response.Content.Headers.ContentType?.MediaType == "text/html";

    private static async Task<bool> SkipAsync(Stream body, long bytes, RequestPatience patience)
    {
        byte[] skipped = new byte[Math.Min(bytes, 64 << 10)];
        while (bytes > 0)
        {
            int read = await FillAsync(
                body, skipped.AsMemory(0, (int)Math.Min(bytes, skipped.Length)), patience).ConfigureAwait(false);
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
            throw new CloudException(cloud, CloudFailure.Unavailable, "it does not answer in time.", e)
            {
                IsTransient = true,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CloudException(
                cloud, CloudFailure.Unavailable,
                $"it cannot be reached, or broke off: {ServerText.Clean((e.InnerException ?? e).Message)}", e)
            {
                IsTransient = true, IsRefused = IsRefused(e),
            };
        }
        catch (Exception e) when (e is XmlException or FormatException or OverflowException
            or InvalidDataException)
        {
            throw new CloudException(
                cloud, CloudFailure.Broken, $"its answer makes no sense: {ServerText.Clean(e.Message)}", e);
        }
    }
}
