using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BftCloud.Common;

namespace BftCloud.Bench;

/// <summary>One run, or two side by side, as one HTML page that needs nothing else.</summary>
/// <param name="Runs">One or two.</param>
internal sealed record BenchPage(IReadOnlyList<BenchPageRun> Runs)
{
    /// <summary>Writes the page to a file.</summary>
    /// <exception cref="CommandFailedException">It cannot be written.</exception>
    public void Write(string path)
    {
        try
        {
            File.WriteAllText(path, Render());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(
                $"The page {path} cannot be written: {e.Message} Name another file with --html.", e);
        }
    }

    /// <summary>The page.</summary>
    public string Render() => Text("bench.html")
        .Replace(
            "{{title}}", HtmlEncoder.Default.Encode(string.Join(" and ", Runs.Select(static run => run.Name))),
            StringComparison.Ordinal)
        .Replace("{{style}}", Text("theme.css"), StringComparison.Ordinal)
        .Replace("{{charts}}", Text("charts.js"), StringComparison.Ordinal)
        .Replace("{{script}}", Text("bench.js"), StringComparison.Ordinal)
        // The serializer escapes < and &, so nothing in the data ends its element.
        .Replace(
            "{{data}}", JsonSerializer.Serialize(this, BenchJson.Default.BenchPage), StringComparison.Ordinal);

    private static string Text(string name) => Encoding.UTF8.GetString(EmbeddedFile.Read(name));
}

/// <summary>A run on the page.</summary>
/// <param name="Name">What the page calls it.</param>
/// <param name="Report">What it measured.</param>
internal sealed record BenchPageRun(string Name, BenchReport Report);
