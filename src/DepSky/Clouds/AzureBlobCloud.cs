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
public sealed class AzureBlobCloud : ICloud, ICountsRetries
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
        : this(name, options, time, RequestPolicy.Default)
    {
    }

    internal AzureBlobCloud(string name, AzureBlobCloudOptions options, TimeProvider? time, RequestPolicy policy)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        _key = new SharedKey(options.Account, options.AccountKey);
        _http = new HttpCloud(name, policy);
        _container = $"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{options.Container}";
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public string Name { get; }

    long ICountsRetries.Retries => _http.Retries.Retries;

    /// <inheritdoc/>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string uri = UriOf(name);
        for (bool made = false; ; made = true)
        {
            bool isStored = await _http.RequestAsync(
                patience =>
                {
                    HttpRequestMessage request = new(HttpMethod.Put, uri)
                    {
                        Content = new MovingContent(content, patience),
                    };
                    request.Headers.Add("x-ms-blob-type", "BlockBlob");
                    return Signed(request);
                },
                $"writing '{name}'",
                status => status == HttpStatusCode.Created || (!made && status == HttpStatusCode.NotFound),
                static (response, _) => Task.FromResult(response.StatusCode == HttpStatusCode.Created),
                cancellationToken).ConfigureAwait(false);
            if (isStored) return;
            await MakeContainerAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<int> GetAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        string uri = UriOf(name);
        return _http.RequestAsync(
            _ =>
            {
                HttpRequestMessage request = new(HttpMethod.Get, uri);
                request.Headers.Add(
                    "x-ms-range",
                    string.Create(CultureInfo.InvariantCulture,
                        $"bytes={offset}-{offset + Math.Max(destination.Length, 1) - 1}"));
                return Signed(request);
            },
            $"reading '{name}'",
            static status => status is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotFound
                or HttpStatusCode.OK or HttpStatusCode.PartialContent,
            async (response, patience) => response.StatusCode switch
            {
                HttpStatusCode.RequestedRangeNotSatisfiable => 0,
                HttpStatusCode.NotFound =>
                    throw new CloudException(Name, CloudFailure.NotFound, $"there is no object '{name}'."),
                _ => await _http.ReadRangeAsync(response, offset, destination, patience).ConfigureAwait(false),
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CloudEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        string? marker = "";
        while (marker is not null)
        {
            Page page = await ListPageAsync(prefix, marker, cancellationToken).ConfigureAwait(false);
            foreach (CloudEntry entry in page.Entries) yield return entry;
            if (page.Next == marker)
                throw new CloudException(
                    Name, CloudFailure.Broken,
                    $"listing '{prefix}' does not get on: the server returns the same page again.");
            marker = page.Next;
        }
    }

    /// <inheritdoc/>
    /// <remarks>The service lists in order. One request names a thousand objects, those in between too.</remarks>
    public async IAsyncEnumerable<CloudEntry> ListFoldersAsync(
        string prefix, string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (CloudEntry entry in ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (ObjectName.IsIn(entry.Name, folder)) yield return entry;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        string uri = UriOf(name);
        return _http.StatusAsync(
            _ => Signed(new HttpRequestMessage(HttpMethod.Delete, uri)), $"deleting '{name}'",
            static status => status is HttpStatusCode.Accepted or HttpStatusCode.NotFound, cancellationToken);
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _key.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<HttpStatusCode> MakeContainerAsync(CancellationToken cancellationToken) => _http.StatusAsync(
        _ => Signed(new HttpRequestMessage(HttpMethod.Put, $"{_container}?restype=container")),
        "making the container",
        static status => status is HttpStatusCode.Created or HttpStatusCode.Conflict, cancellationToken);

    private Task<Page> ListPageAsync(string prefix, string marker, CancellationToken cancellationToken) =>
        _http.RequestAsync(
            _ => Signed(new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture,
                $"{_container}?restype=container&comp=list&maxresults={PageEntriesMax}"
                + $"&prefix={Uri.EscapeDataString(prefix)}&marker={Uri.EscapeDataString(marker)}"))),
            $"listing '{prefix}'",
            static status => status is HttpStatusCode.OK or HttpStatusCode.NotFound,
            async (response, patience) =>
            {
                if (SaysContainerIsMissing(response)) return new Page([], null);
                if (response.StatusCode == HttpStatusCode.NotFound)
                    throw new CloudException(
                        Name, CloudFailure.NotFound, $"listing '{prefix}' was answered with status 404.");
                List<CloudEntry> entries = [];
                string? next = null;
                foreach ((string? name, long size, string? nextMarker) in await _http.ReadXmlAsync(
                    response, "EnumerationResults", ReadPage, patience).ConfigureAwait(false))
                {
                    if (nextMarker is not null) next = nextMarker;
                    else if (ObjectName.IsValid(name) && name!.StartsWith(prefix, StringComparison.Ordinal)
                        && size >= 0)
                        entries.Add(new CloudEntry(name, size));
                }
                return new Page(entries, string.IsNullOrEmpty(next) ? null : next);
            },
            cancellationToken);

    private HttpRequestMessage Signed(HttpRequestMessage request)
    {
        request.Headers.Add("x-ms-version", ProtocolVersion);
        _key.Sign(request, _time.GetUtcNow());
        return request;
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

    /// <summary>A page of a listing, and where the next begins; null if there is none.</summary>
    private sealed record Page(IReadOnlyList<CloudEntry> Entries, string? Next);
}
