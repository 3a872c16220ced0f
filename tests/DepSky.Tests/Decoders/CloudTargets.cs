using System.Globalization;
using System.Text;
using BftCloud.Testing.Fuzzing;
using DepSky.Tests.Clouds;
using DepSky.Tests.Clouds.Servers;

namespace DepSky.Tests.Decoders;

/// <summary>
/// What servers answer: listings in XML, and answers to reads as they are on the wire. How much is read of an answer is
/// bounded by BoundedAnswers, which the tests of each cloud hold it to.
/// </summary>
internal sealed class CloudTargets : IAsyncDisposable
{
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "<", ">", "</", "/>", "&amp;", "&lt;", "&#0;", "&#x41;", "&nothing;", "<![CDATA[", "]]>", "<!--", "-->",
            "<?xml version=\"1.0\" encoding=\"utf-16\"?>", "<!DOCTYPE x [<!ENTITY a \"a\">]>",
            "xmlns=\"DAV:\"", "true", "false", "../", "%2e%2e%2f", "%00",
            "<Key>a/b</Key>", "<Size>", "<NextContinuationToken>t</NextContinuationToken>",
            "<IsTruncated>true</IsTruncated>", "<Blob>", "</Blob>", "<Name>",
            "<Content-Length>", "<NextMarker>m</NextMarker>", "<D:href>", "</D:href>", "<D:collection/>",
            "http://", "mailto:a@b", "HTTP/1.1 ", "\r\n", "\r\n\r\n", "Content-Length: ", "Content-Range: bytes ",
            "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "Content-Encoding: gzip\r\n",
            "x-ms-error-code: ContainerNotFound\r\n",
        }.Select(Encoding.Latin1.GetBytes),
        [0xff], [0xef, 0xbb, 0xbf], [0xc3, 0x28],
    ];

    private readonly HostileServer _server;
    private readonly S3Cloud _s3;
    private readonly AzureBlobCloud _azure;
    private readonly WebDavCloud _webDav;
    private volatile string _answer = "";

    public CloudTargets()
    {
        _server = new HostileServer(_ => _answer);
        _s3 = new S3Cloud(
            "s3",
            new S3CloudOptions
            {
                Endpoint = _server.Address, Bucket = "bucket", AccessKey = "key", SecretKey = "secret",
            },
            CloudServer.Once);
        _azure = new AzureBlobCloud(
            "azure",
            new AzureBlobCloudOptions
            {
                Endpoint = _server.Address, Account = "account", AccountKey = "c2VjcmV0", Container = "container",
            },
            null, CloudServer.Once);
        _webDav = new WebDavCloud(
            "webdav", new WebDavCloudOptions { Endpoint = _server.Address, User = "user", Password = "secret" },
            CloudServer.Once);
    }

    public IEnumerable<FuzzTarget> All =>
    [
        Listing(
            "S3 listing", _s3, "200 OK",
            static random =>
                "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + "<Name>bucket</Name><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>"
                + Entries(
                    random,
                    "<Contents><Key>{0}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                    + "<ETag>\"e\"</ETag><Size>{1}</Size></Contents>")
                + "</ListBucketResult>"),
        Listing(
            "Azure listing", _azure, "200 OK",
            static random =>
                "<?xml version=\"1.0\"?><EnumerationResults ContainerName=\"container\"><Blobs>"
                + Entries(
                    random,
                    "<Blob><Name>{0}</Name><Properties><Content-Length>{1}</Content-Length></Properties></Blob>")
                + "</Blobs><NextMarker /></EnumerationResults>"),
        Listing(
            "WebDAV listing", _webDav, "207 Multi-Status",
            static random =>
                "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/</D:href><D:propstat>"
                + "<D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop></D:propstat></D:response>"
                + Entries(
                    random,
                    "<D:response><D:href>/{0}</D:href><D:propstat><D:prop>"
                    + "<D:getcontentlength>{1}</D:getcontentlength></D:prop></D:propstat></D:response>")
                + "</D:multistatus>"),
        Range("S3 object", _s3),
        Range("Azure object", _azure),
        Range("WebDAV object", _webDav),
    ];

    public async ValueTask DisposeAsync()
    {
        await _s3.DisposeAsync();
        await _azure.DisposeAsync();
        await _webDav.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Names nothing but what has the name and size of an object.</summary>
    private FuzzTarget Listing(string name, ICloud cloud, string status, Func<Random, string> valid) =>
        new(name, random => Encoding.Latin1.GetBytes(valid(random)), body =>
        {
            _answer = string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\n"
                + $"Content-Length: {body.Length}\r\n\r\n{Encoding.Latin1.GetString(body)}");
            return ListAsync(cloud).GetAwaiter().GetResult() > 0;
        })
        { Refusals = [typeof(CloudException)], Words = Words, IsAsynchronous = true, Rounds = 2 };

    private static async Task<int> ListAsync(ICloud cloud)
    {
        int entries = 0;
        await foreach (CloudEntry entry in cloud.ListAsync("", default))
        {
            if (!ObjectName.IsValid(entry.Name) || entry.SizeBytes < 0)
                throw new InvalidOperationException($"'{entry.Name}' of {entry.SizeBytes} bytes was listed.");
            entries++;
        }
        return entries;
    }

    /// <summary>Fills nothing beyond what was asked for.</summary>
    private FuzzTarget Range(string name, ICloud cloud) =>
        new(name, RangeAnswer, answer =>
        {
            _answer = Encoding.Latin1.GetString(answer);
            byte[] buffer = new byte[12];
            int length = cloud.GetAsync("object", 2, buffer.AsMemory(1, 10), default).GetAwaiter().GetResult();
            if (length is < 0 or > 10 || buffer[0] != 0 || buffer[11] != 0)
                throw new InvalidOperationException($"{length} bytes were read.");
            return length == 10;
        })
        { Refusals = [typeof(CloudException)], Words = Words, IsAsynchronous = true, Rounds = 2 };

    private static byte[] RangeAnswer(Random random) => Encoding.Latin1.GetBytes(
        "HTTP/1.1 206 Partial Content\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 2-11/12\r\n"
        + $"Content-Length: 10\r\n\r\n{random.Next(100_000, 200_000)}abcd");

    private static string Entries(Random random, string format) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(
            i => string.Format(CultureInfo.InvariantCulture, format, $"object{i}-{random.Next()}", random.Next())));
}
