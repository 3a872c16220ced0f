using System.CommandLine.Parsing;
using System.Globalization;

namespace BftCloud.Sim;

/// <summary>Seeds as people write them: <c>7</c>, or <c>1..10000</c>, both ends included.</summary>
internal sealed record SeedRange(ulong First, ulong Last)
{
    public ulong Count => Last - First + 1;

    /// <summary>For options.</summary>
    public static SeedRange? Parse(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        string[] ends = text.Split("..");
        if (ends.Length <= 2 && TryParse(ends[0], out ulong first) && TryParse(ends[^1], out ulong last)
            && first <= last)
        {
            return new SeedRange(first, last);
        }
        result.AddError($"'{text}' is no seed and no range of seeds. Write for example 7 or 1..10000.");
        return null;
    }

    private static bool TryParse(string text, out ulong seed) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed) && seed < ulong.MaxValue;
}
