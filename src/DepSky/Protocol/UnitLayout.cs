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
/// <c>UNIT</c> is the unit's name as <see cref="UnitName"/> spells it: its parts do not begin with a dot.
/// </summary>
internal sealed record UnitLayout
{
    public const string MetadataSuffix = ".m";
    public const string PartSuffix = ".p";

    /// <summary>The folder of a unit where its metadata is.</summary>
    public const string MetadataFolder = ".meta";

    private const string MetadataEnd = $"/{MetadataFolder}/";

    /// <summary>Of a unit of this name.</summary>
    /// <exception cref="ArgumentException">It is no unit's name.</exception>
    public UnitLayout(string unit) : this(unit, null)
    {
        if (UnitName.ProblemOf(unit) is { } problem)
            throw new ArgumentException($"This is no unit's name: {problem}.", nameof(unit));
    }

    private UnitLayout(string unit, string? place)
    {
        Unit = unit;
        Place = place ?? (unit is null ? "" : UnitName.Escape(unit));
    }

    public string Unit { get; }

    /// <summary>What the names of its objects begin with.</summary>
    public string Place { get; }

    public string MetadataPrefix => Place + MetadataEnd;

    public string DataPrefix => Place + "/.data/";

    public string LockPrefix => Place + "/.lock/";

    public string ReadPrefix => Place + "/.read/";

    public string Metadata(VersionId id) => $"{MetadataPrefix}{id}{MetadataSuffix}";

    public string Part(VersionId id) => $"{MetadataPrefix}{id}{PartSuffix}";

    public string Data(VersionId id) => $"{DataPrefix}{id}/";

    public string Block(VersionId id, int segment) =>
        string.Create(CultureInfo.InvariantCulture, $"{DataPrefix}{id}/{segment:x8}");

    /// <summary>Of a unit that was written before names were spelt otherwise: it lies under its name.</summary>
    public static UnitLayout InOldPlace(string unit) => new(unit, unit);

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
    public static string PrefixOf(string unitPrefix) => UnitName.PlainStartOf(unitPrefix);

    /// <summary>The unit whose <see cref="MetadataPrefix"/> a folder is.</summary>
    public static bool TryReadPlace(string folder, [NotNullWhen(true)] out UnitLayout? layout)
    {
        layout = null;
        if (!folder.EndsWith(MetadataEnd, StringComparison.Ordinal)) return false;
        string place = folder[..^MetadataEnd.Length];
        if (UnitName.TryUnescape(place, out string? unit)) layout = new UnitLayout(unit, place);
        else if (UnitName.MayBeOld(place)) layout = InOldPlace(place);
        return layout is not null;
    }
}
