using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using DepSky.Clouds.Http;

namespace DepSky;

/// <summary>
/// A folder on a WebDAV server (RFC 4918): Nextcloud, ownCloud, Apache, nginx, rclone. Few servers store by PUT as a
/// whole, so an object is put aside, in '~incoming', and moved into place (and beside what it replaces, before it
/// does). As in a file system, a name cannot be that of an object and of a folder of others at once.
/// </summary>
public sealed class WebDavCloud : ICloud
{
    private const string IncomingFolder = "~incoming/";

    /// <summary>Beside an object's name: what is about to replace it. No object is called so.</summary>
    private const string ReplacementSuffix = "~new";

    /// <summary>
    /// How often a writer or a reader starts again when others change the same name at the same time.
    /// </summary>
    private const int AttemptsMax = 5;

    private const int LockWaitsMax = 20;
    private static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(40);

    /// <summary>No name has more parts.</summary>
    private const int FolderDepthMax = ObjectName.CharactersMax / 2;

    private static readonly HttpMethod PropFind = new("PROPFIND");
    private static readonly HttpMethod MakeCollection = new("MKCOL");
    private static readonly HttpMethod Move = new("MOVE");
    private static readonly byte[] PropFindBody =
    [
        .. """<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:">"""u8,
        .. "<prop><resourcetype/><getcontentlength/></prop></propfind>"u8,
    ];

    private readonly HttpCloud _http;
    private readonly string _root;
    private readonly string _rootPath;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly SemaphoreSlim _makingIncoming = new(1);
    private volatile bool _hasIncoming;

    /// <summary>A cloud in this folder; nothing is sent yet.</summary>
    /// <param name="name">What the operator calls it.</param>
    /// <param name="options">Where it is.</param>
    public WebDavCloud(string name, WebDavCloudOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        _http = new HttpCloud(name);
        _root = options.Endpoint.AbsoluteUri.TrimEnd('/') + '/';
        _rootPath = new Uri(_root).AbsolutePath;
        if (options.User is { } user)
            _authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}")));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        string temporary = IncomingFolder + Guid.NewGuid().ToString("n");
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                await UploadAsync(temporary, name, content, cancellationToken).ConfigureAwait(false);
                if (await PublishAsync(temporary, name, cancellationToken).ConfigureAwait(false)) return;
                if (attempt == AttemptsMax)
                    throw new CloudException(
                        Name, CloudFailure.Unavailable,
                        $"'{name}' is written by several clients at a time, and the others always won. Try again.");
            }
        }
        catch (CloudException)
        {
            await DropAsync(temporary).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException)
        {
            // A caller that gave up does not wait for a server that may not answer. The request ends by itself.
            _ = DropAsync(temporary);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<int> GetAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int brokenOff = 0;
        for (int missing = 0; missing < 3; missing++)
        {
            // An object that is just being replaced may be missing for a moment; then its replacement is there, or in
            // the next moment the object is.
            string path = missing == 1 ? name + ReplacementSuffix : name;
            try
            {
                if (await TryGetAsync(path, name, offset, destination, cancellationToken)
                    .ConfigureAwait(false) is { } length)
                    return length;
            }
            catch (CloudException e) when (e.InnerException is HttpIOException && ++brokenOff < AttemptsMax)
            {
                missing = -1; // some servers break off what is being read of an object that is replaced
            }
        }
        throw new CloudException(Name, CloudFailure.NotFound, $"there is no object '{name}'.");
    }

    private async Task<int?> TryGetAsync(
        string path, string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(HttpMethod.Get, path);
        request.Headers.Range = new RangeHeaderValue(offset, offset + Math.Max(destination.Length, 1) - 1);
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.RequestedRangeNotSatisfiable => 0,
            HttpStatusCode.NotFound => null,
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
        string start = prefix[..(prefix.LastIndexOf('/') + 1)];
        if (start.Length > 0 && !ObjectName.IsValid(start.AsSpan()[..^1])) yield break;
        Stack<string> folders = new([start]);
        while (folders.TryPop(out string? folder))
        {
            using HttpRequestMessage request = Request(PropFind, folder, new ByteArrayContent(PropFindBody));
            request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
            request.Headers.Add("Depth", "1");
            using HttpResponseMessage response =
                await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            // No object was ever stored there, or all are gone meanwhile.
            if (response.StatusCode == HttpStatusCode.NotFound) continue;
            if (response.StatusCode != HttpStatusCode.MultiStatus)
                throw await _http.RefusalAsync(
                    response, $"listing '{folder}'", cancellationToken).ConfigureAwait(false);
            HashSet<string> seen = new(StringComparer.Ordinal);
            await foreach (
                (string href, long? size, bool isFolder) in _http.ReadXmlAsync(
                    response, ReadResponses, cancellationToken).ConfigureAwait(false))
            {
                if (NameIn(folder, href) is not { } name) continue;
                if (isFolder)
                {
                    if (name.StartsWith(prefix, StringComparison.Ordinal)
                        || prefix.StartsWith(name + "/", StringComparison.Ordinal))
                        folders.Push(name + "/");
                    if (folders.Count > BoundedAnswers.AnswerBytesMax / 16 || name.AsSpan().Count('/') > FolderDepthMax)
                        throw new CloudException(
                            Name, CloudFailure.Broken,
                            $"listing '{prefix}' does not end: the server has ever more folders.");
                }
                else if (size is >= 0 && seen.Add(name) && name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield return new CloudEntry(name, size.Value);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        // In this order: a replacement that was left behind must not come to light.
        foreach (string path in (string[])[name + ReplacementSuffix, name])
        {
            using HttpRequestMessage request = Request(HttpMethod.Delete, path);
            using HttpResponseMessage response =
                await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode && response.StatusCode != HttpStatusCode.NotFound)
                throw await _http.RefusalAsync(response, $"deleting '{name}'", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _makingIncoming.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Puts the content aside.</summary>
    private async Task UploadAsync(
        string temporary, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        for (bool again = false; ; again = true)
        {
            await MakeIncomingAsync(again, cancellationToken).ConfigureAwait(false);
            using HttpRequestMessage request = Request(HttpMethod.Put, temporary, new ReadOnlyMemoryContent(content));
            using HttpResponseMessage response =
                await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return;
            if (again || response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Conflict))
                throw await _http.RefusalAsync(response, $"writing '{name}'", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Makes the folder for what is put aside, before the first upload: a server that misses it refuses in the middle
    /// of a large content, which then cannot be told from a broken connection.
    /// </summary>
    private async Task MakeIncomingAsync(bool again, CancellationToken cancellationToken)
    {
        if (_hasIncoming && !again) return;
        await _makingIncoming.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_hasIncoming && !again) return;
            await MakeFoldersAsync(IncomingFolder, cancellationToken).ConfigureAwait(false);
            _hasIncoming = true;
        }
        finally
        {
            _makingIncoming.Release();
        }
    }

    /// <summary>Moves what was put aside into place.</summary>
    /// <returns>False if another writer of the same name took it away.</returns>
    private async Task<bool> PublishAsync(string temporary, string name, CancellationToken cancellationToken)
    {
        using HttpResponseMessage first =
            await MoveAsync(temporary, name, overwrite: false, cancellationToken).ConfigureAwait(false);
        if (first.IsSuccessStatusCode) return true;
        if (first.StatusCode != HttpStatusCode.PreconditionFailed)
            throw await _http.RefusalAsync(first, $"writing '{name}'", cancellationToken).ConfigureAwait(false);
        // Servers delete what a move overwrites before they move. So that the name is never without content, the new
        // one stands beside it by then, where readers look for it.
        string replacement = name + ReplacementSuffix;
        foreach ((string from, string to) in ((string, string)[])[(temporary, replacement), (replacement, name)])
        {
            using HttpResponseMessage response =
                await MoveAsync(from, to, overwrite: true, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden
                && !await IsThereAsync(from, cancellationToken).ConfigureAwait(false)) return false;
            if (!response.IsSuccessStatusCode)
                throw await _http.RefusalAsync(response, $"writing '{name}'", cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>
    /// Moves. Where the server says that a folder of the destination is missing, makes the folders and moves again,
    /// also where another writer has made them by then. Where another writer's move is in the way (a lock, or, with
    /// servers that do not lock, a refusal), waits a little.
    /// </summary>
    private async Task<HttpResponseMessage> MoveAsync(
        string from, string to, bool overwrite, CancellationToken cancellationToken)
    {
        bool madeFolders = false;
        for (int wait = 1; ; wait++)
        {
            using HttpRequestMessage request = Request(Move, from);
            request.Headers.Add("Destination", _root + to);
            request.Headers.Add("Overwrite", overwrite ? "T" : "F");
            HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            bool mayMissFolder =
                response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound
                    or HttpStatusCode.Forbidden or HttpStatusCode.InternalServerError;
            bool isInTheWay = response.StatusCode == HttpStatusCode.Locked
                || (overwrite && response.StatusCode == HttpStatusCode.Forbidden);
            if (mayMissFolder && !madeFolders)
            {
                await MakeFoldersAsync(to, cancellationToken).ConfigureAwait(false);
                madeFolders = true;
            }
            else if (!isInTheWay || wait >= LockWaitsMax) return response;
            else await WaitForLockAsync(wait, cancellationToken).ConfigureAwait(false);
            response.Dispose();
        }
    }

    /// <summary>
    /// Makes the folders above a path. A folder that is locked is waited for: another writer makes it.
    /// </summary>
    private async Task MakeFoldersAsync(string path, CancellationToken cancellationToken)
    {
        for (int at = 0; at >= 0; at = path.IndexOf('/', at + 1))
        {
            string folder = at == 0 ? "" : path[..at] + "/";
            for (int wait = 1; await IsLockedForMakingAsync(folder, cancellationToken).ConfigureAwait(false); wait++)
            {
                if (wait >= LockWaitsMax) break;
                await WaitForLockAsync(wait, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> IsLockedForMakingAsync(string folder, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(MakeCollection, folder);
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.Locked;
    }

    private static Task WaitForLockAsync(int wait, CancellationToken cancellationToken) =>
        Task.Delay(Random.Shared.NextDouble() * wait * LockWait, cancellationToken);

    private async Task<bool> IsThereAsync(string path, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(HttpMethod.Head, path);
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return response.StatusCode != HttpStatusCode.NotFound;
    }

    /// <summary>Removes what was put aside, if it can be: no reader looks for it.</summary>
    private async Task DropAsync(string temporary)
    {
        try
        {
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
            using HttpRequestMessage request = Request(HttpMethod.Delete, temporary);
            (await _http.SendAsync(request, patience.Token).ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is CloudException or OperationCanceledException or ObjectDisposedException)
        {
            // It stays there; no name leads to it.
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null)
    {
        HttpRequestMessage request = new(method, _root + path) { Content = content };
        request.Headers.Authorization = _authorization;
        return request;
    }

    /// <summary>The name that an address in a listing stands for; null if it is not one in that folder.</summary>
    private string? NameIn(string folder, string href)
    {
        if (!Uri.TryCreate(new Uri(_root), href, out Uri? uri)
            || !uri.AbsolutePath.StartsWith(_rootPath, StringComparison.Ordinal)) return null;
        string name = Uri.UnescapeDataString(uri.AbsolutePath[_rootPath.Length..]).TrimEnd('/');
        if (name.EndsWith(ReplacementSuffix, StringComparison.Ordinal)) name = name[..^ReplacementSuffix.Length];
        return name.Length > folder.Length
            && name.StartsWith(folder, StringComparison.Ordinal)
            && !name.AsSpan(folder.Length).Contains('/')
            && ObjectName.IsValid(name) ? name : null;
    }

    private static async IAsyncEnumerable<(string Href, long? Size, bool IsFolder)> ReadResponses(XmlReader reader)
    {
        const string Dav = "DAV:";
        string href = "";
        long? size = null;
        bool isFolder = false;
        bool read = await reader.ReadAsync().ConfigureAwait(false);
        while (read)
        {
            if (reader.NamespaceURI == Dav && reader.NodeType == XmlNodeType.EndElement
                && reader.LocalName == "response")
            {
                yield return (href, size, isFolder);
                (href, size, isFolder) = ("", null, false);
            }
            else if (reader.NamespaceURI == Dav && reader.NodeType == XmlNodeType.Element)
            {
                switch (reader.LocalName)
                {
                    case "href":
                        href = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
                        continue; // it stands behind the element already
                    case "getcontentlength":
                        string text = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
                        // Of a folder it may be empty.
                        size = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                            ? length : null;
                        continue;
                    case "collection":
                        isFolder = true;
                        break;
                }
            }
            read = await reader.ReadAsync().ConfigureAwait(false);
        }
    }
}
