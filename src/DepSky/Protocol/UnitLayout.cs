using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DepSky.Protocol;

/// <summary>
/// Where a unit's objects are in every cloud. Nothing but leases is ever overwritten: what a late or repeated request
/// of the past stores cannot hide what came after it.
/// <code>
/// UNIT/.meta/ID.p         an attempt's part: announces it, and holds the cloud's share of its key
/// UNIT/.meta/ID.m         a complete version's signed metadata
/// UNIT/.data/ID/SEGMENT   the cloud's block of a segment
/// UNIT/.lock/...          lock files        UNIT/.read/...   leases of readers
/// </code>
/// Parts of a unit's own name do not begin with a dot.
/// </summary>
internal sealed record UnitLayout
{
    public const string MetadataSuffix = ".m";
    public const string PartSuffix = ".p";

    /// <summary>The folder of a unit where its metadata is.</summary>
    public const string MetadataFolder = ".meta";

    private const string MetadataEnd = $"/{MetadataFolder}/";

    /// <summary>So that the longest of our names is still an object's name.</summary>
    public const int UnitCharactersMax = 256;

    public UnitLayout(string unit)
    {
        if (!IsUnit(unit))
        {
            throw new ArgumentException(
                $"'{unit}' is not a unit's name: at most {UnitCharactersMax} characters, parts of letters, "
                + "digits, '.', '_' and '-' separated by '/', none of them beginning with '.'.", nameof(unit));
        }
        Unit = unit;
    }

    public string Unit { get; }

    public string MetadataPrefix => Unit + MetadataEnd;

    public string DataPrefix => Unit + "/.data/";

    public string LockPrefix => Unit + "/.lock/";

    public string ReadPrefix => Unit + "/.read/";

    public string Metadata(VersionId id) => $"{MetadataPrefix}{id}{MetadataSuffix}";

    public string Part(VersionId id) => $"{MetadataPrefix}{id}{PartSuffix}";

    public string Data(VersionId id) => $"{DataPrefix}{id}/";

    public string Block(VersionId id, int segment) =>
        string.Create(CultureInfo.InvariantCulture, $"{DataPrefix}{id}/{segment:x8}");

    public static bool IsUnit([NotNullWhen(true)] string? unit)
    {
        if (unit is null || unit.Length > UnitCharactersMax || !ObjectName.IsValid(unit)) return false;
        return unit[0] != '.' && !unit.Contains("/.", StringComparison.Ordinal);
    }

    /// <summary>The attempt that a name under <see cref="MetadataPrefix"/> speaks of.</summary>
    public bool TryReadMetadataName(string name, out VersionId id, out bool isPart)
    {
        id = default;
        isPart = name.EndsWith(PartSuffix, StringComparison.Ordinal);
        if (!isPart && !name.EndsWith(MetadataSuffix, StringComparison.Ordinal)) return false;
        if (!name.StartsWith(MetadataPrefix, StringComparison.Ordinal)) return false;
        return VersionId.TryParse(
            name.AsSpan(MetadataPrefix.Length, name.Length - MetadataPrefix.Length - PartSuffix.Length), out id);
    }

    /// <summary>Whether a name under <see cref="MetadataPrefix"/> is one of metadata, and not of a part.</summary>
    public static bool IsMetadata(string name) => name.EndsWith(MetadataSuffix, StringComparison.Ordinal);

    /// <summary>What all objects of the units begin with whose names begin so.</summary>
    public static string PrefixOf(string unitPrefix) => unitPrefix;

    /// <summary>The unit whose <see cref="MetadataPrefix"/> a folder is.</summary>
    public static bool TryReadPlace(string folder, [NotNullWhen(true)] out UnitLayout? layout)
    {
        string? unit = folder.EndsWith(MetadataEnd, StringComparison.Ordinal) ? folder[..^MetadataEnd.Length] : null;
        layout = IsUnit(unit) ? new UnitLayout(unit) : null;
        return layout is not null;
    }
}
