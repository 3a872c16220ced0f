using System.Text;

namespace BftSmr.Tests.Transcripts;

/// <summary>
/// A text file that a person reads: lines that begin with # explain, lines that begin with > are commands, and the
/// lines below a command were recorded. Replaying keeps the explanations and commands, and records the rest anew.
/// </summary>
internal static class Transcript
{
    private const string CommandMark = "> ";

    /// <summary>The text as the product makes it now.</summary>
    /// <exception cref="FormatException">A command cannot be understood; the message names its line.</exception>
    public static string Replay(string text)
    {
        using TranscriptScript script = new();
        StringBuilder replayed = new();
        string[] lines = text.TrimEnd('\n').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            bool isCommand = line.StartsWith(CommandMark, StringComparison.Ordinal);
            if (!isCommand && line.Length > 0 && line[0] != '#') continue;
            replayed.Append(line).Append('\n');
            if (!isCommand) continue;
            try
            {
                foreach (string told in script.Run(line[CommandMark.Length..])) replayed.Append(told).Append('\n');
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                throw new FormatException($"Line {i + 1}, '{line}': {e.Message}", e);
            }
        }
        return replayed.ToString();
    }

    /// <summary>A description of the first difference of two texts; null if they are equal.</summary>
    public static string? Difference(string recorded, string replayed)
    {
        string[] before = recorded.Split('\n'), now = replayed.Split('\n');
        for (int i = 0; i < Math.Max(before.Length, now.Length); i++)
        {
            string old = i < before.Length ? before[i] : "the end", anew = i < now.Length ? now[i] : "the end";
            if (old != anew) return $"Line {i + 1} was recorded as\n  {old}\nand is now\n  {anew}";
        }
        return null;
    }
}
