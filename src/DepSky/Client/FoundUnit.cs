using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>A unit that clouds name.</summary>
/// <param name="Layout">Where it is.</param>
/// <param name="Names">What clouds named of its metadata; those that were too slow are missing.</param>
internal sealed record FoundUnit(UnitLayout Layout, IReadOnlyDictionary<int, IReadOnlyList<string>> Names)
{
    /// <summary>What is known of it, for one operation.</summary>
    public KnownListings Known => new(Layout.MetadataPrefix, Names);
}
