using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Xml;
using DepSky.Clouds.Http;

namespace DepSky;

/// <summary>
/// A container of Azure Blob Storage, or of a server that speaks its protocol. Objects are block blobs, each stored by
/// one request, which the service carries out as a whole.
/// </summary>
public sealed class AzureBlobCloud : ICloud
{
    /// <summary>The version of the protocol: the first with blobs of up to 5000 MiB in one request.</summary>
    private const string ProtocolVersion = "2019-12-12";

    private const int PageEntriesMax = 1000;

    private readonly HttpCloud _http;
    private readonly SharedKey _key;
    private readonly string _container;
    private readonly TimeProvider _time;

    /// <summary>A cloud in this container; nothing is sent yet.</summary>
    /// <param name="name">What the operator calls it.</param>
    /// <param name="options">Where it is.</param>
    /// <param name="time">Dates requests; the system's clock when null.</param>
    /// <exception cref="FormatException">The key is not base 64.</exception>
    public AzureBlobCloud(string name, AzureBlobCloudOptions options, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        _key = new SharedKey(options.Account, options.AccountKey);
        _http = new HttpCloud(name);
        _container = $"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{options.Container}";
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string uri = UriOf(name);
        for (bool made = false; ; made = true)
        {
            using HttpRequestMessage request =
                new(HttpMethod.Put, uri) { Content = new ReadOnlyMemoryContent(content) };
            request.Headers.Add("x-ms-blob-type", "BlockBlob");
            using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.Created) return;
            if (made || !SaysContainerIsMissing(response))
                throw await _http.RefusalAsync(response, $"writing '{name}'", cancellationToken).ConfigureAwait(false);
            await MakeContainerAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<int> GetAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        using HttpRequestMessage request = new(HttpMethod.Get, UriOf(name));
        request.Headers.Add(
            "x-ms-range",
            string.Create(CultureInfo.InvariantCulture,
                $"bytes={offset}-{offset + Math.Max(destination.Length, 1) - 1}"));
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.RequestedRangeNotSatisfiable => 0,
            HttpStatusCode.NotFound =>
                throw new CloudException(Name, CloudFailure.NotFound, $"there is no object '{name}'."),
            HttpStatusCode.OK or HttpStatusCode.PartialContent =>
                await _http.ReadRangeAsync(response, offset, destination, cancellationToken).ConfigureAwait(false),
            _ => throw await _http.RefusalAsync(response, $"reading '{name}'", cancellationToken).ConfigureAwait(false),
        };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CloudEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        string marker = "";
        while (true)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture,
                $"{_container}?restype=container&comp=list&maxresults={PageEntriesMax}"
                + $"&prefix={Uri.EscapeDataString(prefix)}&marker={Uri.EscapeDataString(marker)}"));
            using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (SaysContainerIsMissing(response)) yield break;
            if (response.StatusCode != HttpStatusCode.OK)
                throw await _http.RefusalAsync(
                    response, $"listing '{prefix}'", cancellationToken).ConfigureAwait(false);
            string? next = null;
            await foreach (
                (string? name, long size, string? nextMarker) in _http.ReadXmlAsync(
                    response, ReadPage, cancellationToken).ConfigureAwait(false))
            {
                if (nextMarker is not null) next = nextMarker;
                else if (ObjectName.IsValid(name) && name!.StartsWith(prefix, StringComparison.Ordinal) && size >= 0)
                    yield return new CloudEntry(name, size);
            }
            if (string.IsNullOrEmpty(next)) yield break;
            if (next == marker)
                throw new CloudException(
                    Name, CloudFailure.Broken,
                    $"listing '{prefix}' does not get on: the server returns the same page again.");
            marker = next;
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Delete, UriOf(name));
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.NotFound) return;
        throw await _http.RefusalAsync(response, $"deleting '{name}'", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _key.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task MakeContainerAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, $"{_container}?restype=container");
        using HttpResponseMessage response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict) return;
        throw await _http.RefusalAsync(response, "making the container", cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add("x-ms-version", ProtocolVersion);
        _key.Sign(request, _time.GetUtcNow());
        return _http.SendAsync(request, cancellationToken);
    }

    private string UriOf(string name)
    {
        ObjectName.ThrowIfInvalid(name);
        return $"{_container}/{name}";
    }

    private static bool SaysContainerIsMissing(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.NotFound
            && response.Headers.TryGetValues("x-ms-error-code", out IEnumerable<string>? codes)
            && codes.Contains("ContainerNotFound");

    /// <summary>The blobs of a page, and then the marker of the next.</summary>
    private static async IAsyncEnumerable<(string? Name, long Size, string? NextMarker)> ReadPage(XmlReader reader)
    {
        string? name = null;
        long size = -1;
        bool inBlob = false;
        bool read = await reader.ReadAsync().ConfigureAwait(false);
        while (read)
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "Blob")
            {
                yield return (name, size, null);
                (name, size, inBlob) = (null, -1, false);
            }
            else if (reader.NodeType == XmlNodeType.Element)
            {
                switch (reader.LocalName)
                {
                    case "Blob":
                        inBlob = true;
                        break;
                    case "Name" when inBlob:
                        name = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
                        continue; // it stands behind the element already
                    case "Content-Length" when inBlob:
                        size = long.Parse(
                            await reader.ReadElementContentAsStringAsync().ConfigureAwait(false), NumberStyles.None,
                            CultureInfo.InvariantCulture);
                        continue;
                    case "NextMarker":
                        yield return (null, -1, await reader.ReadElementContentAsStringAsync().ConfigureAwait(false));
                        continue;
                }
            }
            read = await reader.ReadAsync().ConfigureAwait(false);
        }
    }
}
