using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using DepSky.Clouds.Http;

namespace DepSky;

/// <summary>
/// A bucket of S3, or of a service that speaks its protocol (MinIO, Ceph, Garage, R2 and many more). An object is
/// stored by one request, which the service carries out as a whole.
/// </summary>
public sealed class S3Cloud : ICloud
{
    private readonly AmazonS3Client _client;
    private readonly BoundedHttpClientFactory _connections = new();
    private readonly string _bucket;

    /// <summary>A cloud in this bucket; nothing is sent yet.</summary>
    /// <param name="name">What the operator calls it.</param>
    /// <param name="options">Where it is.</param>
    public S3Cloud(string name, S3CloudOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        Name = name;
        _bucket = options.Bucket;
        _client = new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), new AmazonS3Config
        {
            ServiceURL = options.Endpoint.AbsoluteUri,
            AuthenticationRegion = options.Region,
            ForcePathStyle = true,
            HttpClientFactory = _connections,
            MaxErrorRetry = 0, // those above decide whether to try again, or another cloud
            Timeout = Timeout.InfiniteTimeSpan,
            // Not every service knows the newer checksums, and content is verified by digests of our own.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        try
        {
            await GuardAsync(
                () => PutOnceAsync(name, content, cancellationToken), $"writing '{name}'",
                cancellationToken).ConfigureAwait(false);
        }
        catch (CloudException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchBucket" })
        {
            await GuardAsync(
                () => MakeBucketAsync(cancellationToken), "making the bucket", cancellationToken).ConfigureAwait(false);
            await GuardAsync(
                () => PutOnceAsync(name, content, cancellationToken), $"writing '{name}'",
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
            return await GuardAsync(async () =>
            {
                using GetObjectResponse response =
                    await _client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
                if (response.HttpStatusCode != HttpStatusCode.PartialContent && offset > 0)
                    throw new CloudException(
                        Name, CloudFailure.Broken,
                        $"it was asked for a part of '{name}', and answered with the whole.");
                return await response.ResponseStream.ReadAtLeastAsync(
                    destination, destination.Length, throwOnEndOfStream: false,
                    cancellationToken).ConfigureAwait(false);
            }, $"reading '{name}'", cancellationToken).ConfigureAwait(false);
        }
        catch (CloudException e) when (
            e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CloudEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        string? token = null;
        do
        {
            if (await ListPageAsync(prefix, token, cancellationToken).ConfigureAwait(false) is not { } page)
                yield break;
            foreach (S3Object entry in page.S3Objects ?? [])
            {
                if (ObjectName.IsValid(entry.Key) && entry.Key.StartsWith(prefix, StringComparison.Ordinal)
                    && entry.Size is >= 0)
                    yield return new CloudEntry(entry.Key, entry.Size.Value);
            }
            string? next = page.IsTruncated == true ? page.NextContinuationToken : null;
            if (next is not null && next == token)
                throw new CloudException(
                    Name, CloudFailure.Broken,
                    $"listing '{prefix}' does not get on: the server returns the same page again.");
            token = next;
        }
        while (token is not null);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ObjectName.ThrowIfInvalid(name);
        DeleteObjectRequest request = new() { BucketName = _bucket, Key = name };
        return GuardAsync(async () =>
        {
            try { return await _client.DeleteObjectAsync(request, cancellationToken).ConfigureAwait(false); }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound) { return null; }
        }, $"deleting '{name}'", cancellationToken);
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<PutObjectResponse> PutOnceAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArraySegment<byte> bytes = MemoryMarshal.TryGetArray(content, out ArraySegment<byte> segment)
            ? segment
            : content.ToArray();
        using MemoryStream stream = new(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        PutObjectRequest request =
            new()
            {
                BucketName = _bucket, Key = name,
                InputStream = stream, AutoCloseStream = false, UseChunkEncoding = false,
            };
        return await _client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
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

    /// <summary>A page of a listing; null if there is no bucket.</summary>
    private async Task<ListObjectsV2Response?> ListPageAsync(
        string prefix, string? token, CancellationToken cancellationToken)
    {
        ListObjectsV2Request request = new() { BucketName = _bucket, Prefix = prefix, ContinuationToken = token };
        try
        {
            return await GuardAsync(
                () => _client.ListObjectsV2Async(request, cancellationToken), $"listing '{prefix}'",
                cancellationToken).ConfigureAwait(false);
        }
        catch (CloudException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchBucket" })
        {
            return null;
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> action, string doing, CancellationToken cancellationToken)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.StatusCode != 0 && (int)e.StatusCode >= 300)
        {
            CloudFailure kind = HttpCloud.KindOf(e.StatusCode);
            throw new CloudException(Name, kind, string.Create(CultureInfo.InvariantCulture,
                $"{doing} was answered with status {(int)e.StatusCode} and "
                + $"'{ServerText.Clean($"{e.ErrorCode}: {e.Message}")}'.{HttpCloud.AdviceFor(kind)}"), e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CloudException(Name, CloudFailure.Unavailable, $"{doing}: it does not answer in time.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is AmazonClientException && IsConnectionFailure(e)))
        {
            throw new CloudException(
                Name, CloudFailure.Unavailable,
                $"{doing}: it cannot be reached, or broke off: {ServerText.Clean((e.InnerException ?? e).Message)}", e);
        }
        catch (Exception e) when (e is AmazonClientException or System.Xml.XmlException
            or FormatException or OverflowException)
        {
            throw new CloudException(
                Name, CloudFailure.Broken, $"{doing}: its answer makes no sense: {ServerText.Clean(e.Message)}", e);
        }
    }

    private static bool IsConnectionFailure(Exception e) =>
        e.InnerException is HttpRequestException or IOException or WebException or System.Net.Sockets.SocketException;
}
