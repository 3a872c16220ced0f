using System.CommandLine.Parsing;
using System.Globalization;

namespace BftCloud.Common;

/// <summary>A span of time as people write it: <c>30s</c>, <c>500ms</c>, <c>2m</c>, <c>1h</c>.</summary>
internal readonly record struct Duration(TimeSpan Time)
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

    /// <summary>So many seconds.</summary>
    public static Duration Seconds(double seconds) => new(TimeSpan.FromSeconds(seconds));

    /// <summary>What <see cref="TryParse"/> reads as the same time.</summary>
    public override string ToString()
    {
        double seconds = Time.TotalSeconds;
        (string suffix, double unit) = Units.Last(unit => unit.Suffix == "ms" || seconds % unit.Seconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / unit:0.###}{suffix}");
    }

    /// <summary>For options.</summary>
    public static Duration Parse(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (TryParse(text, out TimeSpan time)) return new Duration(time);
        result.AddError($"'{text}' is not a time. Write for example 30s, 500ms, 2m or 1h; at most 7 days.");
        return default;
    }
}
