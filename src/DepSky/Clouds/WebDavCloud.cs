using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DepSky.Clouds.Http;

namespace DepSky;

/// <summary>
/// A folder on a WebDAV server (RFC 4918): Nextcloud, ownCloud, Apache, nginx, rclone. Few servers store by PUT as a
/// whole, so an object is put aside, in '~incoming', and moved into place (and beside what it replaces, before it
/// does). As in a file system, a name cannot be that of an object and of a folder of others at once.
/// </summary>
public sealed class WebDavCloud : ICloud, ICountsRetries
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

    /// <summary>How many folders a listing asks for at a time.</summary>
    private const int FoldersAhead = 16;

    private static readonly HttpMethod PropFind = new("PROPFIND");
    private static readonly HttpMethod MakeCollection = new("MKCOL");
    private static readonly HttpMethod Move = new("MOVE");

    private readonly HttpCloud _http;
    private readonly TimeProvider _time;
    private readonly string _root;
    private readonly string _rootPath;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly SemaphoreSlim _makingIncoming = new(1);
    private volatile bool _hasIncoming;

    /// <summary>A cloud in this folder; nothing is sent yet.</summary>
    /// <param name="name">What the operator calls it.</param>
    /// <param name="options">Where it is.</param>
    public WebDavCloud(string name, WebDavCloudOptions options) : this(name, options, RequestPolicy.Default)
    {
    }

    internal WebDavCloud(string name, WebDavCloudOptions options, RequestPolicy policy)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        _http = new HttpCloud(name, policy);
        _time = policy.Time;
        _root = options.Endpoint.AbsoluteUri.TrimEnd('/') + '/';
        _rootPath = new Uri(_root).AbsolutePath;
        if (options.User is { } user)
            _authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}")));
    }

    /// <inheritdoc/>
    public string Name { get; }

    long ICountsRetries.Retries => _http.Retries.Retries;

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
        for (int missing = 0; missing < 3; missing++)
        {
            // An object that is just being replaced may be missing for a moment; then its replacement is there, or in
            // the next moment the object is.
            string path = missing == 1 ? name + ReplacementSuffix : name;
            if (await TryGetAsync(path, name, offset, destination, cancellationToken).ConfigureAwait(false)
                is { } length)
                return length;
        }
        throw new CloudException(Name, CloudFailure.NotFound, $"there is no object '{name}'.");
    }

    private Task<int?> TryGetAsync(
        string path, string name, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        _http.RequestAsync<int?>(
            _ =>
            {
                HttpRequestMessage request = Request(HttpMethod.Get, path);
                request.Headers.Range = new RangeHeaderValue(offset, offset + Math.Max(destination.Length, 1) - 1);
                return request;
            },
            $"reading '{name}'",
            static status => status is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotFound
                or HttpStatusCode.OK or HttpStatusCode.PartialContent,
            async (response, patience) => response.StatusCode switch
            {
                HttpStatusCode.RequestedRangeNotSatisfiable => 0,
                HttpStatusCode.NotFound => null,
                _ => await _http.ReadRangeAsync(response, offset, destination, patience).ConfigureAwait(false),
            },
            cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<CloudEntry> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new FolderWalk(MembersAsync, prefix, null, FoldersAhead).RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<CloudEntry> ListFoldersAsync(
        string prefix, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new FolderWalk(MembersAsync, prefix, folder, FoldersAhead).RunAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<int> SweepAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        (List<DavMember> members, DateTimeOffset now) =
            await PropFindAsync(IncomingFolder, cancellationToken).ConfigureAwait(false);
        int swept = 0;
        foreach (DavMember member in members)
        {
            if (member.IsFolder || member.Modified is not { } modified || now - modified <= age
                || PathOf(member.Address) is not { } path
                || !path.StartsWith(IncomingFolder, StringComparison.Ordinal)) continue;
            await DeletePathAsync(path, cancellationToken).ConfigureAwait(false);
            swept++;
        }
        return swept;
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        // In this order: a replacement that was left behind must not come to light.
        foreach (string path in (string[])[name + ReplacementSuffix, name])
            await DeletePathAsync(path, cancellationToken).ConfigureAwait(false);
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
            HttpStatusCode status = await _http.StatusAsync(
                patience => Request(HttpMethod.Put, temporary, new MovingContent(content, patience)),
                $"writing '{name}'",
                status => DavStatus.IsSuccess(status)
                    || (!again && status is HttpStatusCode.NotFound or HttpStatusCode.Conflict),
                cancellationToken).ConfigureAwait(false);
            if (DavStatus.IsSuccess(status)) return;
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
    /// <returns>False if it is not there any more: another writer of the same name took it away, or a move was
    /// carried out whose answer was lost.</returns>
    private async Task<bool> PublishAsync(string temporary, string name, CancellationToken cancellationToken)
    {
        // Servers delete what a move overwrites before they move. So that the name is never without content, the new
        // one stands beside it by then, where readers look for it.
        string replacement = name + ReplacementSuffix, from = temporary;
        try
        {
            if (await MoveAsync(from, name, name, overwrite: false, cancellationToken).ConfigureAwait(false))
                return true;
            await MoveAsync(from, replacement, name, overwrite: true, cancellationToken).ConfigureAwait(false);
            from = replacement;
            await MoveAsync(from, name, name, overwrite: true, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (CloudException e) when (e.Kind != CloudFailure.Unavailable)
        {
            if (await IsThereAsync(from, cancellationToken).ConfigureAwait(false)) throw;
            return false;
        }
    }

    /// <summary>
    /// Moves. Where the server says that a folder of the destination is missing, makes the folders and moves again,
    /// also where another writer has made them by then. Where another writer's move is in the way (a lock, or, with
    /// servers that do not lock, a refusal), waits a little.
    /// </summary>
    /// <returns>False if something is there, and is not to be overwritten.</returns>
    private async Task<bool> MoveAsync(
        string from, string to, string name, bool overwrite, CancellationToken cancellationToken)
    {
        bool madeFolders = false;
        for (int wait = 1; ; wait++)
        {
            bool mayMakeFolders = !madeFolders, mayWait = wait < LockWaitsMax;
            HttpStatusCode status = await _http.StatusAsync(
                _ =>
                {
                    HttpRequestMessage request = Request(Move, from);
                    request.Headers.Add("Destination", _root + to);
                    request.Headers.Add("Overwrite", overwrite ? "T" : "F");
                    return request;
                },
                $"writing '{name}'",
                status => DavStatus.IsSuccess(status) || (!overwrite && status == HttpStatusCode.PreconditionFailed)
                    || (mayMakeFolders && DavStatus.MayMissFolder(status))
                    || (mayWait && DavStatus.IsInTheWay(status, overwrite)),
                cancellationToken).ConfigureAwait(false);
            if (DavStatus.IsSuccess(status)) return true;
            if (status == HttpStatusCode.PreconditionFailed) return false;
            if (mayMakeFolders && DavStatus.MayMissFolder(status))
            {
                await MakeFoldersAsync(to, cancellationToken).ConfigureAwait(false);
                madeFolders = true;
            }
            else await WaitForLockAsync(wait, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Whatever else the server says: if the folder is missing, the next request is told so.</summary>
    private async Task<bool> IsLockedForMakingAsync(string folder, CancellationToken cancellationToken) =>
        await _http.StatusAsync(
            _ => Request(MakeCollection, folder), $"making the folder '{folder}'",
            static status => !HttpCloud.IsTransient(status), cancellationToken).ConfigureAwait(false)
        == HttpStatusCode.Locked;

    private static Task WaitForLockAsync(int wait, CancellationToken cancellationToken) =>
        Task.Delay(Random.Shared.NextDouble() * wait * LockWait, cancellationToken);

    private async Task<bool> IsThereAsync(string path, CancellationToken cancellationToken) =>
        await _http.StatusAsync(
            _ => Request(HttpMethod.Head, path), $"looking for '{path}'",
            static status => !HttpCloud.IsTransient(status), cancellationToken).ConfigureAwait(false)
        != HttpStatusCode.NotFound;

    /// <summary>Deletes what is at a path; if nothing is, that is well.</summary>
    private Task<HttpStatusCode> DeletePathAsync(string path, CancellationToken cancellationToken) =>
        _http.StatusAsync(
            _ => Request(HttpMethod.Delete, path), $"deleting '{path}'",
            static status => DavStatus.IsSuccess(status) || status == HttpStatusCode.NotFound, cancellationToken);

    /// <summary>Removes what was put aside, if it can be: no reader looks for it.</summary>
    private async Task DropAsync(string temporary)
    {
        try
        {
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
            await DeletePathAsync(temporary, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CloudException or OperationCanceledException or ObjectDisposedException)
        {
            // It stays there; no name leads to it, and a sweep removes it later.
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null)
    {
        HttpRequestMessage request = new(method, _root + path) { Content = content };
        request.Headers.Authorization = _authorization;
        return request;
    }

    /// <summary>The members of a folder; none if no object was ever stored there, or all are gone.</summary>
    private async Task<List<FolderMember>> MembersAsync(string folder, CancellationToken cancellationToken)
    {
        (List<DavMember> members, _) = await PropFindAsync(folder, cancellationToken).ConfigureAwait(false);
        HashSet<string> seen = new(members.Count, StringComparer.Ordinal);
        List<FolderMember> found = [];
        foreach (DavMember member in members)
        {
            if (NameIn(folder, member.Address) is { } name && (member.IsFolder || member.SizeBytes is not null)
                && seen.Add(name))
                found.Add(new FolderMember(name, member.SizeBytes ?? 0, member.IsFolder));
        }
        return found;
    }

    /// <summary>The members of a folder, itself among them, and the time by the server's clock.</summary>
    private Task<(List<DavMember> Members, DateTimeOffset Now)> PropFindAsync(
        string folder, CancellationToken cancellationToken) =>
        _http.RequestAsync(
            _ =>
            {
                HttpRequestMessage request = Request(PropFind, folder, new ByteArrayContent(DavListing.Request));
                request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
                request.Headers.Add("Depth", "1");
                return request;
            },
            $"listing '{folder}'",
            static status => status is HttpStatusCode.MultiStatus or HttpStatusCode.NotFound,
            async (response, patience) =>
            {
                List<DavMember> members = response.StatusCode == HttpStatusCode.NotFound
                    ? []
                    : await _http.ReadXmlAsync(response, DavListing.Root, DavListing.ReadAsync, patience)
                        .ConfigureAwait(false);
                return (members, response.Headers.Date ?? _time.GetUtcNow());
            },
            cancellationToken);

    /// <summary>The name in a folder that an address in a listing stands for; null if it is not in it.</summary>
    private string? NameIn(string folder, string address)
    {
        string? path = PathOf(address);
        if (path is null || path.Length <= folder.Length || !path.StartsWith(folder, StringComparison.Ordinal))
            return null;
        string name = path[folder.Length..];
        if (name.EndsWith(ReplacementSuffix, StringComparison.Ordinal)) name = name[..^ReplacementSuffix.Length];
        return !name.Contains('/', StringComparison.Ordinal) && ObjectName.IsValid(name) ? name : null;
    }

    /// <summary>The path below the cloud's folder that an address stands for; null if it is not below it.</summary>
    private string? PathOf(string address) =>
        Uri.TryCreate(new Uri(_root), address, out Uri? uri)
        && uri.AbsolutePath.StartsWith(_rootPath, StringComparison.Ordinal)
            ? Uri.UnescapeDataString(uri.AbsolutePath[_rootPath.Length..]).TrimEnd('/')
            : null;
}
