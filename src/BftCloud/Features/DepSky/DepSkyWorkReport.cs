using System.Text.Json.Serialization;

namespace BftCloud.Features.DepSky;

/// <summary>
/// What a command did that tells of no single version, in JSON. Numbers that say nothing are left out.
/// </summary>
internal sealed record DepSkyWorkReport
{
    /// <summary>What the command was about; null for all objects.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unit { get; init; }

    /// <summary>How many objects were looked at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Objects { get; init; }

    /// <summary>How many old versions and unfinished writes were deleted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Deleted { get; init; }

    /// <summary>How much that killed writers had left aside was deleted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Swept { get; init; }

    /// <summary>How many pieces were rebuilt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rebuilt { get; init; }

    /// <summary>What was seen of the clouds.</summary>
    public required IReadOnlyList<DepSkyCloudReport> Clouds { get; init; }
}
