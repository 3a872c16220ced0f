using BftCloud.Primitives;
using DepSky.Clouds.Http;

namespace DepSky.Configuration;

/// <summary>A cloud in a bucket of S3, or of a service that speaks its protocol.</summary>
/// <param name="Name">What the operator calls it.</param>
/// <param name="Endpoint">The service's address.</param>
/// <param name="Region">The region that requests are signed for.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="AccessKey">The access key's id.</param>
/// <param name="Secret">Where the secret access key comes from.</param>
internal sealed record S3Configuration(
    string Name, Uri Endpoint, string Region, string Bucket, string AccessKey,
    SecretSource Secret) : CloudConfiguration(Name)
{
    internal const string Kind = "s3";
    private const string DefaultRegion = "us-east-1";

    private protected override ICloud Open(RequestPolicy policy) =>
        new S3Cloud(
            Name,
            new S3CloudOptions
            {
                Endpoint = Endpoint, Region = Region, Bucket = Bucket,
                AccessKey = AccessKey, SecretKey = Secret.Read(),
            },
            policy);

    /// <inheritdoc/>
    internal override string Place => $"{Kind} {CloudPlace.OfAddress(Endpoint)}{Bucket}/";

    internal override IEnumerable<(string Key, object Value)> Fields(string configurationFile) =>
    [
        ("name", Name), ("kind", Kind), ("endpoint", Endpoint.OriginalString),
        ("region", Region), ("bucket", Bucket), ("accessKey", AccessKey), Secret.Field(configurationFile),
    ];

    internal static S3Configuration Read(SettingsReader settings, string name) => new(
        name,
        ReadEndpoint(settings),
        settings.OptionalText("region") ?? DefaultRegion,
        ReadNonEmpty(settings, "bucket", "the bucket's name"),
        ReadNonEmpty(settings, "accessKey", "the access key's id"),
        SecretSource.Read(settings));
}
