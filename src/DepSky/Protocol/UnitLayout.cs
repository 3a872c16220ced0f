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
    private const string MetadataFolder = "/.meta/";

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

    public string MetadataPrefix => Unit + MetadataFolder;

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

    /// <summary>The unit whose metadata a name is.</summary>
    public static bool TryReadUnit(string name, [NotNullWhen(true)] out string? unit)
    {
        int end = name.IndexOf(MetadataFolder, StringComparison.Ordinal);
        unit = end < 0 ? null : name[..end];
        return IsUnit(unit) && name.EndsWith(MetadataSuffix, StringComparison.Ordinal);
    }
}
