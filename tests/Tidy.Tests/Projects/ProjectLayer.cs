namespace Tidy.Tests.Projects;

/// <summary>What a project of src/ may refer to: lists parted by spaces.</summary>
internal sealed record ProjectLayer(string Project, string Projects, string Packages = "", string Frameworks = "")
{
    private const string Logging = "Microsoft.Extensions.Logging.Abstractions";

    private const string Hosting = "Microsoft.Extensions.DependencyInjection.Abstractions "
        + "Microsoft.Extensions.Diagnostics.HealthChecks.Abstractions Microsoft.Extensions.Hosting.Abstractions";

    /// <summary>The layers as ARCHITECTURE.md draws them, from the lowest to the highest.</summary>
    public static IReadOnlyList<ProjectLayer> Declared { get; } =
    [
        new("BftCloud.Primitives", "", "MessagePack NSec.Cryptography"),
        new("BftCloud.Links", "BftCloud.Primitives", Logging),
        new("BftSmr", "BftCloud.Links BftCloud.Primitives", $"{Hosting} {Logging}"),
        new(
            "KvStore", "BftSmr",
            "Microsoft.Extensions.Caching.Abstractions Microsoft.Extensions.Diagnostics.HealthChecks"),
        new("KvStore.Gateway", "KvStore", Logging),
        new("Memcache", "BftCloud.Links"),
        new(
            "Memcache.Client", "",
            "Microsoft.Extensions.Caching.Abstractions Microsoft.Extensions.Diagnostics.HealthChecks"),
        new("DepSky", "BftCloud.Primitives", "AWSSDK.S3"),
        new("BftCloud.Simulation", ""),
        new("BftSmr.Simulation", "BftCloud.Simulation BftSmr"),
        new(
            "BftCloud", "BftSmr BftSmr.Simulation DepSky KvStore KvStore.Gateway Memcache Memcache.Client",
            "Spectre.Console System.CommandLine", "Microsoft.AspNetCore.App"),
    ];
}
