using System.Text;

namespace Memcache.Client.Protocol;

/// <summary>What the protocol takes as a key.</summary>
internal static class KeyText
{
    public const int BytesMax = 250;

    /// <summary>Whether it has 1 to 250 bytes of UTF-8, none of them a space or a control character.</summary>
    public static bool IsValid(string key)
    {
        if (key.Length == 0 || key.Length > BytesMax || Encoding.UTF8.GetByteCount(key) > BytesMax) return false;
        foreach (Rune rune in key.EnumerateRunes())
        {
            // Halves of a pair come as the replacement character.
            if (rune.Value == ' ' || Rune.IsControl(rune) || rune == Rune.ReplacementChar) return false;
        }
        return true;
    }

    /// <exception cref="ArgumentException">It is no key.</exception>
    public static string Checked(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return IsValid(key)
            ? key
            : throw new ArgumentException(
                $"A key has 1 to {BytesMax} bytes of UTF-8 without spaces and control characters. Hash longer ones.",
                nameof(key));
    }
}
