using System.Text;

namespace DepSky.Clouds.Http;

/// <summary>
/// Words of a server, fit to be shown: it may be hostile, so they are short, on one line, and of printable ASCII.
/// </summary>
internal static class ServerText
{
    private const int CharactersMax = 200;

    public static string Clean(string? text)
    {
        if (text is null) return "";
        StringBuilder clean = new(Math.Min(text.Length, CharactersMax) + 1);
        foreach (char c in text)
        {
            if (clean.Length == CharactersMax) return clean.Append("...").ToString();
            if (c is > ' ' and <= '~') clean.Append(c);
            else if (clean.Length > 0 && clean[^1] != ' ') clean.Append(char.IsWhiteSpace(c) ? ' ' : '?');
        }
        return clean.ToString().TrimEnd();
    }
}
