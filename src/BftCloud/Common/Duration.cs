using System.CommandLine.Parsing;
using System.Globalization;

namespace BftCloud.Common;

/// <summary>Spans of time as people write them: <c>30s</c>, <c>500ms</c>, <c>2m</c>, <c>1h</c>.</summary>
internal static class Duration
{
    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach ((string suffix, double seconds) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> digits = text.AsSpan(0, text.Length - suffix.Length);
            CultureInfo culture = CultureInfo.InvariantCulture;
            if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, culture, out double number)) continue;
            // "NaN" and "-Infinity" are numbers, too
            if (!(number >= 0 && number * seconds <= TimeSpan.FromDays(7).TotalSeconds)) return false;
            duration = TimeSpan.FromSeconds(number * seconds);
            return true;
        }
        return false;
    }

    /// <summary>For options.</summary>
    public static TimeSpan Parse(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (TryParse(text, out TimeSpan duration)) return duration;
        result.AddError($"'{text}' is not a time. Write for example 30s, 500ms, 2m or 1h; at most 7 days.");
        return default;
    }
}
