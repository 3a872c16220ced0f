using System.Globalization;
using System.Text;
using DepSky.Configuration;

namespace DepSky.Bench;

/// <summary>Writes many small objects, for what is measured of clouds that hold many.</summary>
internal static class ObjectFiller
{
    private const int AtOnce = 16;

    /// <summary>Writes objects of some hundred bytes, a thousand to a folder.</summary>
    /// <param name="configuration">The path of depsky.json.</param>
    /// <param name="count">How many.</param>
    public static async Task RunAsync(string configuration, int count)
    {
        await using ConfiguredClient configured = DepSkyConfiguration.Load(configuration).Open();
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), parallel, async (i, cancellationToken) =>
        {
            string unit = string.Create(CultureInfo.InvariantCulture, $"{i / 1000:d3}/{i % 1000:d3}");
            using MemoryStream content = new(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, 30))));
            await configured.Client.PutAsync(unit, content, null, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        await configured.Client.DrainAsync().ConfigureAwait(false);
    }
}
