using System.Text;
using KvStore.Gateway.Protocol;

namespace KvStore.Tests.Resp.Dialogues;

/// <summary>A difference from Redis that the gateway's specification lists.</summary>
/// <param name="Command">Which commands: words with alternatives, and … for whatever follows.</param>
/// <param name="Example">A dialogue whose last reply differs.</param>
/// <param name="Reply">The gateway's reply, * for anything; or <see cref="OtherOrder"/>.</param>
internal sealed record ListedDifference(string Command, string Example, string Reply)
{
    public const string OtherOrder = "the same, in another order";

    private const int RowsMax = 30;
    private const string Page = "docs/spec/kv/redis-differences.md";

    /// <summary>Those in the table of the specification.</summary>
    public static ListedDifference[] All()
    {
        ListedDifference[] rows = [.. File.ReadAllLines(Checkout.At(Page))
            .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(Parse)];
        Assert.InRange(rows.Length, 1, RowsMax);
        return rows;
    }

    /// <summary>Whether it explains that the gateway replied so.</summary>
    public bool Explains(string[] command, Reply redis, Reply gateway) =>
        IsAbout(command) && (Reply == OtherOrder
            ? Sorted(redis) == Sorted(gateway)
            : new Glob(Encoding.Latin1.GetBytes(Reply)).IsMatch(Encoding.Latin1.GetBytes(gateway.Raw.TrimEnd())));

    private bool IsAbout(string[] command)
    {
        string[] words = Command.Split(' ');
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] == "…") return true;
            if (i == command.Length) return false;
            if (!words[i].Split('/').Contains(command[i], StringComparer.OrdinalIgnoreCase)) return false;
        }
        return words.Length == command.Length;
    }

    private static string Sorted(Reply reply) =>
        reply.Items.Length == 0
            ? reply.Raw
            : $"{reply.Kind}{string.Concat(reply.Items.Select(Sorted).Order(StringComparer.Ordinal))}";

    private static ListedDifference Parse(string line)
    {
        string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
        Assert.True(cells.Length == 6, $"{Page}: a row of the differences has four cells: {line}");
        return new ListedDifference(cells[1].Trim('`'), cells[2].Trim('`'), cells[3].Trim('`'));
    }
}
