namespace DepSky;

/// <summary>Where a bucket of S3, or of a service that speaks its protocol, is, and the key to it.</summary>
public sealed record S3CloudOptions
{
    /// <summary>
    /// The service's address: <c>https://s3.eu-central-1.amazonaws.com</c>, <c>https://minio.example.org:9000</c>.
    /// </summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The bucket; made at the first write if it is not there.</summary>
    public required string Bucket { get; init; }

    /// <summary>The access key's id.</summary>
    public required string AccessKey { get; init; }

    /// <summary>The secret access key.</summary>
    public required string SecretKey { get; init; }
}
