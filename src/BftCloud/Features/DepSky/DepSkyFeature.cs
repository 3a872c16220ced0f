using DepSky;

namespace BftCloud.Features.DepSky;

/// <summary>
/// Objects over clouds of which some may be faulty. No replicated service: its clouds are no replicas.
/// </summary>
internal static class DepSkyFeature
{
    public const string Name = "depsky";

    public static Feature Value { get; } = new(Name)
    {
        Verbs = DepSkyCommand.Create,
        BenchVerb = DepSkyBenchCommand.Create,
        Failures = static () => [typeof(DepSkyException), typeof(CloudException)],
    };
}
