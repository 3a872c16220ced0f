using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary>What was seen of a cloud while a command ran, in JSON.</summary>
internal sealed record DepSkyCloudReport(
    string Cloud, long Retries, long Failures, IReadOnlyList<DepSkyFault> Faults)
{
    public static IReadOnlyList<DepSkyCloudReport> Of(IReadOnlyList<CloudReport> clouds) =>
    [
        .. clouds.Select(static cloud => new DepSkyCloudReport(
            cloud.Cloud, cloud.Retries, cloud.Failures, [.. cloud.Faults.Select(DepSkyFault.Of)])),
    ];
}
