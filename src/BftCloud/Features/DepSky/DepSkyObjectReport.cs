using System.Text.Json.Serialization;
using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary>A version of an object in JSON.</summary>
internal sealed record DepSkyObjectReport(
    string Unit, string Version, long SizeBytes, DateTimeOffset CreatedAt, string Protection, int Segments,
    long StoredBytes, IReadOnlyList<DepSkyFault> Faults,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DepSkyCloudReport>? Clouds)
{
    public static DepSkyObjectReport Of(ObjectDescription description) => Of(description, null);

    public static DepSkyObjectReport Of(ObjectDescription description, IReadOnlyList<CloudReport>? clouds) => new(
        description.Unit, description.Version.ToString(), description.SizeBytes, description.CreatedAt,
        description.Protection.ToString().ToLowerInvariant(), description.Segments,
        description.StoredBytes,
        [.. description.Faults.Select(DepSkyFault.Of)], clouds is null ? null : DepSkyCloudReport.Of(clouds));
}

/// <summary>What a cloud did wrong, in JSON.</summary>
internal sealed record DepSkyFault(string Cloud, string Kind, string What)
{
    public static DepSkyFault Of(CloudFault fault) =>
        new(fault.Cloud, fault.Kind.ToString().ToLowerInvariant(), fault.What);
}

/// <summary>What is wrong with an object in a cloud, in JSON.</summary>
internal sealed record DepSkyFlaw(string Cloud, string Kind, string What, string Why)
{
    public static DepSkyFlaw Of(Flaw flaw) =>
        new(flaw.Cloud, flaw.Kind.ToString().ToLowerInvariant(), flaw.What, flaw.Why);
}

/// <summary>What a verification or repair found, in JSON.</summary>
internal sealed record DepSkyVerification(
    string Unit, string Version, bool Sound, bool Readable, IReadOnlyList<DepSkyFlaw> Flaws,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DepSkyFlaw>? Mended)
{
    public static DepSkyVerification Of(VerificationReport report) => new(
        report.Object.Unit, report.Object.Version.ToString(), report.IsSound, report.IsReadable,
        [.. report.Flaws.Select(DepSkyFlaw.Of)], [.. report.Mended.Select(DepSkyFlaw.Of)]);
}
