namespace DepSky.Protocol;

/// <summary>What a cloud did wrong in an operation.</summary>
internal readonly record struct CloudProblem(int Cloud, CloudFailure Kind, string What)
{
    public static CloudProblem Rejected(int cloud, string what, MetadataRejection rejection) =>
        new(cloud, CloudFailure.Broken, $"{what}: {Describe(rejection)}");

    private static string Describe(MetadataRejection rejection) => rejection switch
    {
        MetadataRejection.TooLong => "longer than it can be",
        MetadataRejection.Malformed => "damaged",
        MetadataRejection.BadSignature => "not signed by the unit's writer key, or damaged",
        MetadataRejection.AnotherName => "signed, but it belongs under another name",
        MetadataRejection.Inconsistent => "signed, but inconsistent in itself",
        MetadataRejection.OtherClouds => "written with another number of clouds than are configured",
        _ => throw new ArgumentOutOfRangeException(nameof(rejection)),
    };
}
