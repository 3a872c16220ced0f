using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Banned;

/// <summary>Where the analyzer of build/BannedSymbols.txt binds: everywhere in src/ but in the hosts.</summary>
internal static class BannedSymbols
{
    private const string Rule = "RS0030";

    /// <summary>The folders that may use clocks, randomness, tasks, threads, files, sockets and loggers.</summary>
    public static IReadOnlyList<string> Hosts { get; } =
    [
        "src/BftCloud",
        "src/BftCloud.Links",
        "src/BftCloud.Primitives/Cryptography",
        "src/BftCloud.Primitives/Files",
        "src/BftCloud.Primitives/Settings",
        "src/BftSmr.Simulation/Campaigns",
        "src/BftSmr/Client",
        "src/BftSmr/Configuration",
        "src/BftSmr/Hosting",
        "src/BftSmr/Keys",
        "src/BftSmr/Storage",
        "src/DepSky/Client",
        "src/DepSky/Clouds",
        "src/DepSky/Configuration",
        "src/DepSky/Secrets",
        "src/KvStore/Caching",
        "src/KvStore/Client",
        "src/KvStore/Health",
        "src/KvStore.Gateway",
        "src/Memcache.Client/Caching",
        "src/Memcache.Client/Client",
        "src/Memcache.Client/Health",
        "src/Memcache.Client/Sealing",
        "src/Memcache/Server/Hosting",
    ];

    /// <summary>Cores that lie within a host's folder.</summary>
    public static IReadOnlyList<string> Cores { get; } = ["src/BftSmr/Client/Core"];

    /// <summary>The folders where the analyzer is off although they are no hosts, or on although they are.</summary>
    /// <param name="editorConfig">The text of .editorconfig.</param>
    /// <param name="folders">Every folder with sources, from the root.</param>
    public static IEnumerable<Breach> Breaches(string editorConfig, IEnumerable<string> folders)
    {
        AnalyzerConfigSet configuration = AnalyzerConfigSet.Create(
            ImmutableArray.Create(AnalyzerConfig.Parse(editorConfig, "/checkout/.editorconfig")));
        foreach (string folder in folders)
        {
            bool binds = configuration.GetOptionsForSourcePath($"/checkout/{folder}/NewFile.cs").TreeOptions
                .TryGetValue(Rule, out ReportDiagnostic severity) && severity == ReportDiagnostic.Error;
            if (binds == IsHost(folder))
            {
                yield return new Breach(".editorconfig", 0, binds
                    ? $"{folder} is a host, but {Rule} is an error there: take it out of BannedSymbols.Hosts."
                    : $"{Rule} is no error in {folder}, which is no host: emit an effect there, or make it a host.");
            }
        }
    }

    private static bool IsHost(string folder) =>
        Hosts.Any(host => IsWithin(folder, host)) && !Cores.Any(core => IsWithin(folder, core));

    private static bool IsWithin(string folder, string other) =>
        folder == other || folder.StartsWith(other + "/", StringComparison.Ordinal);
}
