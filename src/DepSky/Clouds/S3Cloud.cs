using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.S3;
using Amazon.S3.Model;
using DepSky.Clouds.Http;

namespace DepSky;

/// <summary>
/// A bucket of S3, or of a service that speaks its protocol (MinIO, Ceph, Garage, R2 and many more). An object is
/// stored by one request, which the service carries out as a whole.
/// </summary>
public sealed class S3Cloud : ICloud, ICountsRetries
{
    private readonly AmazonS3Client _client;
    private readonly BoundedHttpClientFactory _connections = new();
    private readonly string _bucket;
    private readonly RequestRetries _retries;
    private readonly TimeProvider _time;

    /// <summary>A cloud in this bucket; nothing is sent yet.</summary>
    /// <param name="name">What the operator calls it.</param>
    /// <param name="options">Where it is.</param>
    public S3Cloud(string name, S3CloudOptions options) : this(name, options, RequestPolicy.Default)
    {
    }

    internal S3Cloud(string name, S3CloudOptions options, RequestPolicy policy)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        _time = policy.Time;
        _retries = new RequestRetries(name, policy);
        _bucket = options.Bucket;
        _client = new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), new AmazonS3Config
        {
            ServiceURL = options.Endpoint.AbsoluteUri,
            AuthenticationRegion = options.Region,
            ForcePathStyle = true,
            HttpClientFactory = _connections,
            MaxErrorRetry = 0, // requests are tried again here, as with the other kinds of clouds
            Timeout = Timeout.InfiniteTimeSpan,
            // Not every service knows the newer checksums, and content is verified by digests of our own.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    /// <inheritdoc/>
    public string Name { get; }

    long ICountsRetries.Retries => _retries.Retries;

    /// <inheritdoc/>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        try
        {
            await GuardAsync(
                patience => PutOnceAsync(name, content, patience), $"writing '{name}'",
                cancellationToken).ConfigureAwait(false);
        }
        catch (CloudException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchBucket" })
        {
            await GuardAsync(
                patience => MakeBucketAsync(patience.Token), "making the bucket",
                cancellationToken).ConfigureAwait(false);
            await GuardAsync(
                patience => PutOnceAsync(name, content, patience), $"writing '{name}'",
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<int> GetAsync(
        string name, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        GetObjectRequest request =
            new()
            {
                BucketName = _bucket, Key = name,
                ByteRange = new Amazon.S3.Model.ByteRange(offset, offset + Math.Max(destination.Length, 1) - 1),
            };
        try
        {
            return await GuardAsync(async patience =>
            {
                using GetObjectResponse response =
                    await _client.GetObjectAsync(request, patience.Token).ConfigureAwait(false);
                patience.Progress();
                if (response.HttpStatusCode != HttpStatusCode.PartialContent && offset > 0)
                    throw new CloudException(
                        Name, CloudFailure.Broken,
                        $"it was asked for a part of '{name}', and answered with the whole.");
                return await HttpCloud.FillAsync(response.ResponseStream, destination, patience)
                    .ConfigureAwait(false);
            }, $"reading '{name}'", cancellationToken).ConfigureAwait(false);
        }
        catch (CloudException e) when (
            e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<CloudEntry> ListAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(prefix, null, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// The service lists in order. Where a page ends within another folder, the next begins after it.
    /// </remarks>
    public IAsyncEnumerable<CloudEntry> ListFoldersAsync(
        string prefix, string folder, CancellationToken cancellationToken) =>
        ListAsync(prefix, folder, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        DeleteObjectRequest request = new() { BucketName = _bucket, Key = name };
        return GuardAsync(async patience =>
        {
            try { return await _client.DeleteObjectAsync(request, patience.Token).ConfigureAwait(false); }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound) { return null; }
        }, $"deleting '{name}'", cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// An object is stored by one request, so nothing is left aside. Uploads in parts, begun by other programs, cost
    /// room all the same; those of objects' names are aborted.
    /// </remarks>
    public async Task<int> SweepAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        ListMultipartUploadsRequest request = new() { BucketName = _bucket };
        ListMultipartUploadsResponse uploads;
        try
        {
            uploads = await GuardAsync(
                patience => _client.ListMultipartUploadsAsync(request, patience.Token), "listing unfinished uploads",
                cancellationToken).ConfigureAwait(false);
        }
        catch (CloudException e) when (e.Kind is CloudFailure.NotFound or CloudFailure.Broken or CloudFailure.Denied)
        {
            return 0; // there is no bucket, or the service does not know such uploads, or they are not ours to see
        }
        int swept = 0;
        foreach (MultipartUpload upload in uploads.MultipartUploads ?? [])
        {
            if (!ObjectName.IsValid(upload.Key) || upload.Initiated?.ToUniversalTime() is not { } begun
                || _time.GetUtcNow() - begun <= age) continue;
            await GuardAsync(
                patience => _client.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest
                    {
                        BucketName = _bucket, Key = upload.Key, UploadId = upload.UploadId,
                    },
                    patience.Token),
                $"aborting the upload of '{upload.Key}'", cancellationToken).ConfigureAwait(false);
            swept++;
        }
        return swept;
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<PutObjectResponse> PutOnceAsync(
        string name, ReadOnlyMemory<byte> content, RequestPatience patience)
    {
        ArraySegment<byte> bytes = MemoryMarshal.TryGetArray(content, out ArraySegment<byte> segment)
            ? segment
            : content.ToArray();
        using MovingStream stream = new(bytes, patience);
        PutObjectRequest request =
            new()
            {
                BucketName = _bucket, Key = name,
                InputStream = stream, AutoCloseStream = false, UseChunkEncoding = false,
            };
        PutObjectResponse response = await _client.PutObjectAsync(request, patience.Token).ConfigureAwait(false);
        return response.ETag is not null
            ? response
            : throw new CloudException(
                Name, CloudFailure.Broken,
                $"writing '{name}' was answered as no such service answers. Is the address right?");
    }

    private async Task<PutBucketResponse?> MakeBucketAsync(CancellationToken cancellationToken)
    {
        PutBucketRequest request = new() { BucketName = _bucket };
        try { return await _client.PutBucketAsync(request, cancellationToken).ConfigureAwait(false); }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.Conflict)
        {
            return null; // another writer made it meanwhile
        }
    }

    private async IAsyncEnumerable<CloudEntry> ListAsync(
        string prefix, string? folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ListObjectsV2Request? request = new() { BucketName = _bucket, Prefix = prefix };
        while (request is not null)
        {
            if (await ListPageAsync(request, cancellationToken).ConfigureAwait(false) is not { } page) yield break;
            string last = "";
            foreach (S3Object entry in page.S3Objects ?? [])
            {
                if (!ObjectName.IsValid(entry.Key) || !entry.Key.StartsWith(prefix, StringComparison.Ordinal)
                    || entry.Size is not >= 0) continue;
                last = entry.Key;
                if (folder is null || ObjectName.IsIn(entry.Key, folder))
                    yield return new CloudEntry(entry.Key, entry.Size.Value);
            }
            request = page.IsTruncated == true ? Next(request, page.NextContinuationToken, last, folder) : null;
        }
    }

    /// <summary>The request for the next page: it begins behind a folder that is not wanted.</summary>
    private ListObjectsV2Request? Next(ListObjectsV2Request request, string? token, string last, string? folder)
    {
        int dot = last.IndexOf("/.", StringComparison.Ordinal);
        if (folder is not null && dot >= 0 && !ObjectName.IsIn(last, folder))
        {
            int end = last.IndexOf('/', dot + 1);
            string behind = last[..(end < 0 ? last.Length : end)] + (char)('/' + 1);
            if (string.CompareOrdinal(behind, request.StartAfter) > 0)
                return new ListObjectsV2Request { BucketName = _bucket, Prefix = request.Prefix, StartAfter = behind };
        }
        if (token is not null && token == request.ContinuationToken)
            throw new CloudException(
                Name, CloudFailure.Broken,
                $"listing '{request.Prefix}' does not get on: the server returns the same page again.");
        return token is null
            ? null
            : new ListObjectsV2Request { BucketName = _bucket, Prefix = request.Prefix, ContinuationToken = token };
    }

    /// <summary>A page of a listing; null if there is no bucket.</summary>
    private async Task<ListObjectsV2Response?> ListPageAsync(
        ListObjectsV2Request request, CancellationToken cancellationToken)
    {
        string doing = $"listing '{request.Prefix}'";
        try
        {
            ListObjectsV2Response page = await GuardAsync(
                patience => _client.ListObjectsV2Async(request, patience.Token), doing,
                cancellationToken).ConfigureAwait(false);
            return page.Name is not null
                ? page
                : throw new CloudException(
                    Name, CloudFailure.Broken,
                    $"{doing} was answered with something that is no listing. Is the address right?");
        }
        catch (CloudException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchBucket" })
        {
            return null;
        }
    }

    /// <summary>Carries a request out, again if need be.</summary>
    private Task<T> GuardAsync<T>(
        Func<RequestPatience, Task<T>> action, string doing, CancellationToken cancellationToken) =>
        _retries.RunAsync(patience => TryAsync(() => action(patience), doing, cancellationToken), cancellationToken);

    private async Task<T> TryAsync<T>(Func<Task<T>> action, string doing, CancellationToken cancellationToken)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.StatusCode != 0 && (int)e.StatusCode >= 300)
        {
            bool isBusy = HttpCloud.IsTransient(e.StatusCode) || e.ErrorCode is "RequestTimeout" or "SlowDown";
            CloudFailure kind = isBusy ? CloudFailure.Unavailable : HttpCloud.KindOf(e.StatusCode);
            throw new CloudException(Name, kind, string.Create(CultureInfo.InvariantCulture,
                $"{doing} was answered with status {(int)e.StatusCode} and "
                + $"'{ServerText.Clean($"{e.ErrorCode}: {e.Message}")}'.{HttpCloud.AdviceFor(kind)}"), e)
            {
                IsTransient = isBusy, RetryAfter = RetryAfterOf(e),
            };
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CloudException(Name, CloudFailure.Unavailable, $"{doing}: it does not answer in time.", e)
            {
                IsTransient = true,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is AmazonClientException && IsConnectionFailure(e)))
        {
            throw new CloudException(
                Name, CloudFailure.Unavailable,
                $"{doing}: it cannot be reached, or broke off: {ServerText.Clean((e.InnerException ?? e).Message)}", e)
            {
                IsTransient = true, IsRefused = HttpCloud.IsRefused(e),
            };
        }
        catch (Exception e) when (e is AmazonClientException or System.Xml.XmlException
            or FormatException or OverflowException or InvalidDataException)
        {
            throw new CloudException(
                Name, CloudFailure.Broken, $"{doing}: its answer makes no sense: {ServerText.Clean(e.Message)}", e);
        }
    }

    private TimeSpan? RetryAfterOf(AmazonS3Exception e)
    {
        IWebResponseData? response = (e.InnerException as HttpErrorResponseException)?.Response;
        if (response is null || !response.IsHeaderPresent("Retry-After")) return null;
        return RetryConditionHeaderValue.TryParse(response.GetHeaderValue("Retry-After"), out var after)
            ? _retries.WaitOf(after, null)
            : null;
    }

    private static bool IsConnectionFailure(Exception e) =>
        e.InnerException is HttpRequestException or IOException or WebException or System.Net.Sockets.SocketException;
}
