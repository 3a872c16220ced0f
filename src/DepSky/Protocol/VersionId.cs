using System.Globalization;

namespace DepSky.Protocol;

/// <summary>
/// One attempt to write a version: the version, and a random number that makes the attempt unlike any other, so that
/// two attempts never mix even if they chose the same version. As text, three hexadecimal numbers of fixed length,
/// whose order is that of the attempts.
/// </summary>
internal readonly record struct VersionId(ObjectVersion Version, UInt128 Attempt) : IComparable<VersionId>
{
    public const int TextLength = 8 + 1 + 16 + 1 + 32;

    public int CompareTo(VersionId other)
    {
        int order = Version.CompareTo(other.Version);
        return order != 0 ? order : Attempt.CompareTo(other.Attempt);
    }

    public static bool operator <(VersionId left, VersionId right) => left.CompareTo(right) < 0;

    public static bool operator >(VersionId left, VersionId right) => left.CompareTo(right) > 0;

    public static bool operator <=(VersionId left, VersionId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(VersionId left, VersionId right) => left.CompareTo(right) >= 0;

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Version.Epoch:x8}-{Version.Number:x16}-{(ulong)(Attempt >> 64):x16}{(ulong)Attempt:x16}");

    public static bool TryParse(ReadOnlySpan<char> text, out VersionId id)
    {
        id = default;
        if (text.Length != TextLength || text[8] != '-' || text[25] != '-') return false;
        if (!TryParseHex(text[..8], out ulong epoch) || !TryParseHex(text[9..25], out ulong number)
            || !TryParseHex(text[26..42], out ulong high) || !TryParseHex(text[42..], out ulong low))
            return false;
        id = new VersionId(new ObjectVersion((uint)epoch, number), new UInt128(high, low));
        return true;
    }

    /// <summary>Lower-case digits only: a name has one spelling.</summary>
    private static bool TryParseHex(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigitLower(c)) return false;
            value = value << 4 | (uint)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        return true;
    }
}
