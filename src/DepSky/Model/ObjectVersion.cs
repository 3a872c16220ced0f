using System.Globalization;

namespace DepSky;

/// <summary>
/// A version of a unit. Later versions are greater: first by the epoch, which grows whenever a writer takes the unit's
/// lock, then by the number, which grows with every write. So all that a writer writes after its lease
/// has run out is older than all that its successor writes. Written as "epoch.number".
/// </summary>
/// <param name="Epoch">The epoch of the lock under which it was written; 0 as long as the lock was never used.</param>
/// <param name="Number">Greater than that of the last version that its writer found, complete or not.</param>
public readonly record struct ObjectVersion(uint Epoch, ulong Number) : IComparable<ObjectVersion>
{
    /// <summary>Orders by epoch, then by number.</summary>
    public int CompareTo(ObjectVersion other)
    {
        int order = Epoch.CompareTo(other.Epoch);
        return order != 0 ? order : Number.CompareTo(other.Number);
    }

    /// <summary>Whether the left one is older.</summary>
    public static bool operator <(ObjectVersion left, ObjectVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one is later.</summary>
    public static bool operator >(ObjectVersion left, ObjectVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one is older or the same.</summary>
    public static bool operator <=(ObjectVersion left, ObjectVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one is later or the same.</summary>
    public static bool operator >=(ObjectVersion left, ObjectVersion right) => left.CompareTo(right) >= 0;

    /// <summary>"epoch.number".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Number}");

    /// <summary>Reads "epoch.number".</summary>
    /// <param name="text">What to read.</param>
    /// <param name="version">The version, if that is what it says.</param>
    public static bool TryParse(string? text, out ObjectVersion version)
    {
        version = default;
        string[]? parts = text?.Split('.');
        if (parts is not [string epoch, string number]
            || !uint.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out uint e)
            || !ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ulong n))
            return false;
        version = new ObjectVersion(e, n);
        return true;
    }
}
