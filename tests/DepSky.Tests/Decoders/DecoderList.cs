namespace DepSky.Tests.Decoders;

/// <summary>
/// Everything in the library that reads raw input: the fuzz target that covers it, or in parentheses why none does.
/// </summary>
internal static class DecoderList
{
    public static IReadOnlyDictionary<string, string> Of { get; } = new Dictionary<string, string>
    {
        ["MetadataCodec.TryDecode"] = "metadata",
        ["SignedBody.TryOpen"] = "metadata as it comes",
        ["IdCodec.TryRead"] = "metadata",
        ["PartRecord.TryDecode"] = "part",
        ["LockRecord.TryReadName"] = "lock name",
        ["ReadLease.TryReadName"] = "lease name",
        ["UnitLayout.TryReadMetadataName"] = "metadata name",
        ["UnitLayout.TryReadPlace"] = "unit in a name",
        ["VersionId.TryParse"] = "attempt",
        ["ObjectVersion.TryParse"] = "version",
        ["UploadTicket.Open"] = "upload ticket",
        ["DepSkyConfiguration.Load"] = "depsky.json",
        ["CloudConfiguration.Read"] = "depsky.json",
        ["FolderConfiguration.Read"] = "depsky.json",
        ["S3Configuration.Read"] = "depsky.json",
        ["AzureBlobConfiguration.Read"] = "depsky.json",
        ["WebDavConfiguration.Read"] = "depsky.json",
        ["CloudConfiguration.ReadEndpoint"] = "depsky.json",
        ["CloudConfiguration.ReadNonEmpty"] = "depsky.json",
        ["ReaderKeyFile.Load"] = "reader key",
        ["SecretSource.Read"] = "secret",
        ["DavListing.ReadAsync"] = "WebDAV listing",
        ["HttpCloud.ReadXmlAsync"] = "WebDAV listing",
        ["MovingStream.Read"] = "(passes our own bytes on)",
        ["MovingStream.ReadAsync"] = "(passes our own bytes on)",
        ["LimitedStream.Read"] = "(passes bytes on)",
        ["LimitedStream.ReadAsync"] = "(passes bytes on)",
        ["DepSkyClient.ReadAsync"] = "(reads by all of the above; the simulation of DepSky has lying clouds)",
        ["SecretSharing.Split"] = "(splits our own secret)",
    };
}
