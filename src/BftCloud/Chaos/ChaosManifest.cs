using System.Text.Json;
using System.Text.Json.Serialization;
using BftCloud.Common;

namespace BftCloud.Chaos;

/// <summary>What a chaos run does: how many nodes, for how long, under which load, and what happens to them.</summary>
internal sealed record ChaosManifest
{
    // Settable, as what a file leaves out keeps its value here only then.

    /// <summary>Replicas that may be faulty; there are 3f+1.</summary>
    public int F { get; set; } = 1;

    public int DurationSeconds { get; set; } = 60;

    /// <summary>Clients that put and get all the time.</summary>
    public int Clients { get; set; } = 6;

    /// <summary>
    /// Keys in use at a time; they are replaced every few seconds, so that each has a history that can be searched.
    /// </summary>
    public int Keys { get; set; } = 3;

    /// <summary>Decides which replicas are hit by what, and when.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>What happens, each as often as it is listed.</summary>
    public IReadOnlyList<Perturbation> Perturbations { get; set; } =
    [
        new(PerturbationKind.Kill, 1.0), new(PerturbationKind.Pause, 2.0), new(PerturbationKind.CutLinks, 1.5),
        new(PerturbationKind.StallLinks, 2.0), new(PerturbationKind.CorruptLog, 0.5),
        new(PerturbationKind.TruncateLog, 0.5), new(PerturbationKind.FullDisk, 1.0),
        new(PerturbationKind.PowerOff, 0.5),
    ];

    /// <exception cref="CommandFailedException">The file cannot be used.</exception>
    public static ChaosManifest Load(string file)
    {
        try
        {
            ChaosManifest manifest = JsonSerializer.Deserialize(File.ReadAllText(file), ChaosJson.Default.ChaosManifest)
                ?? throw new JsonException("The file holds nothing.");
            if (manifest.F is < 1 or > 3) throw new JsonException("'f' must be between 1 and 3.");
            if (manifest.DurationSeconds is < 1 or > 86_400)
                throw new JsonException("'durationSeconds' must be between 1 and 86400.");
            if (manifest.Clients is < 1 or > 64 || manifest.Keys is < 1 or > 64)
                throw new JsonException("'clients' and 'keys' must be between 1 and 64.");
            if (manifest.Perturbations is null
                || manifest.Perturbations.Any(static p => p is null || !Enum.IsDefined(p.Kind)))
            {
                IEnumerable<string> kinds = Enum.GetNames<PerturbationKind>().Select(
                    JsonNamingPolicy.CamelCase.ConvertName);
                throw new JsonException(
                    $"'perturbations' must be a list of things that can happen: {string.Join(", ", kinds)}.");
            }
            if (manifest.Perturbations.Any(static p => p.Seconds is < 0 or > 600))
                throw new JsonException("'seconds' of a perturbation must be between 0 and 600.");
            return manifest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandFailedException($"{file} is no manifest that can be used: {e.Message}", e);
        }
    }
}

/// <summary>Something that happens to a replica, or to all.</summary>
/// <param name="Kind">What.</param>
/// <param name="Seconds">How long it lasts.</param>
internal sealed record Perturbation(PerturbationKind Kind, double Seconds);

internal enum PerturbationKind
{
    /// <summary>SIGKILL, and a restart later.</summary>
    Kill,

    /// <summary>SIGSTOP, and SIGCONT later.</summary>
    Pause,

    /// <summary>Its incoming links break, and cannot be made.</summary>
    CutLinks,

    /// <summary>Nothing comes over its incoming links, which stay up.</summary>
    StallLinks,

    /// <summary>Killed; bytes in the middle of its log are changed.</summary>
    CorruptLog,

    /// <summary>Killed; its log is cut to half.</summary>
    TruncateLog,

    /// <summary>
    /// No write beyond the beginning of a file succeeds any more (RLIMIT_FSIZE), until it is restarted.
    /// </summary>
    FullDisk,

    /// <summary>SIGKILL for all at once.</summary>
    PowerOff,
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(ChaosManifest))]
[JsonSerializable(typeof(ChaosReport))]
internal sealed partial class ChaosJson : JsonSerializerContext;
