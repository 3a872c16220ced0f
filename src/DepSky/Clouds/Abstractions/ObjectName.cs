using System.Buffers;

namespace DepSky;

/// <summary>
/// What objects in clouds may be called: something that every provider and every file system can store as it is.
/// </summary>
public static class ObjectName
{
    /// <summary>The longest name, in characters.</summary>
    public const int CharactersMax = 1024;

    /// <summary>The longest part of a name, in characters.</summary>
    public const int PartCharactersMax = 240;

    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Whether this is a name: parts of <c>[A-Za-z0-9._-]</c> separated by '/', none of them empty, "." or "..". In
    /// between, pairs of lower-case hexadecimal digits may stand between two '~', and '~~' at the end of a part.
    /// </summary>
    /// <param name="name">What to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length > CharactersMax) return false;
        foreach (Range part in name.Split('/'))
        {
            if (!IsPart(name[part])) return false;
        }
        return true;
    }

    /// <summary>Refuses what is no name.</summary>
    /// <param name="name">What to look at.</param>
    /// <exception cref="ArgumentException">It is no name.</exception>
    public static void ThrowIfInvalid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name))
            throw new ArgumentException(
                $"'{name}' is not an object's name: parts of letters, digits, '.', '_' and '-', separated by '/', "
                + "and '~', which escapes others.",
                nameof(name));
    }

    /// <summary>Whether an object lies directly in a folder of this name.</summary>
    internal static bool IsIn(ReadOnlySpan<char> name, ReadOnlySpan<char> folder)
    {
        int end = name.LastIndexOf('/');
        if (end < 0) return false;
        ReadOnlySpan<char> path = name[..end];
        return path[(path.LastIndexOf('/') + 1)..].SequenceEqual(folder);
    }

    private static bool IsPart(ReadOnlySpan<char> part)
    {
        if (part.Length is 0 or > PartCharactersMax || part is "." or "..") return false;
        for (int at = 0; at < part.Length; at++)
        {
            char c = part[at];
            if (c == '~')
            {
                if (part[at..] is "~~") return true;
                int length = part[(at + 1)..].IndexOf('~');
                if (length <= 0 || length % 2 != 0
                    || part.Slice(at + 1, length).ContainsAnyExcept(HexadecimalDigits)) return false;
                at += length + 1;
            }
            else if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) return false;
        }
        return true;
    }
}
