namespace DepSky.Protocol;

/// <summary>Why bytes from a cloud are not the metadata, or the part, that they should be.</summary>
internal enum MetadataRejection
{
    None,
    TooLong,
    Malformed,
    BadSignature,

    /// <summary>Signed, but for another unit or another version.</summary>
    AnotherName,

    /// <summary>Signed, but the numbers do not fit each other: the writer's program is wrong.</summary>
    Inconsistent,

    /// <summary>Made for another number of clouds than this configuration has.</summary>
    OtherClouds,
}
