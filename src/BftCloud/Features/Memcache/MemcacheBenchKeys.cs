using System.CommandLine.Parsing;
using System.Globalization;

namespace BftCloud.Features.Memcache;

/// <summary>Which keys a benchmark uses, and how often each.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="IsSkewed">The n-th is used in proportion to 1/n^0.99; otherwise all alike.</param>
internal readonly record struct MemcacheBenchKeys(int Count, bool IsSkewed)
{
    private const double Exponent = 0.99;
    private const int CountMax = 10_000_000;

    /// <summary>For options: zipf:N or uniform:N.</summary>
    public static MemcacheBenchKeys Parse(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        string[] parts = text.Split(':');
        if (parts is ["zipf" or "uniform", _]
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && count is > 0 and <= CountMax) return new MemcacheBenchKeys(count, parts[0] == "zipf");
        result.AddError(
            $"'{text}' is no choice of keys. Write zipf:100000 or uniform:100000, with at most {CountMax} keys.");
        return default;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsSkewed ? "zipf" : "uniform")}:{Count}");

    /// <summary>
    /// Sums of the keys' shares: a number from 0 to 1 falls to the first key whose sum is not below it.
    /// </summary>
    public double[] Sums()
    {
        double[] sums = new double[Count];
        double sum = 0;
        for (int i = 0; i < Count; i++) sums[i] = sum += IsSkewed ? Math.Pow(i + 1, -Exponent) : 1;
        for (int i = 0; i < Count; i++) sums[i] /= sum;
        return sums;
    }
}
