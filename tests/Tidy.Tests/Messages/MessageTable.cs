using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Messages;

/// <summary>The specification's tables of messages and log records say what the enumeration says.</summary>
internal static partial class MessageTable
{
    /// <summary>The members of the enumeration, with their numbers.</summary>
    public static IReadOnlyList<(string Name, long Number)> Members(INamedTypeSymbol enumeration) =>
    [
        .. enumeration.GetMembers().OfType<IFieldSymbol>().Where(static f => f.HasConstantValue)
            .Select(static f => (f.Name, Convert.ToInt64(f.ConstantValue, CultureInfo.InvariantCulture))),
    ];

    /// <summary>The rows that begin with a number and a name, with their lines.</summary>
    public static IReadOnlyList<(string Name, long Number, int Line)> Rows(SourceFile page) =>
    [
        .. page.Lines.Index().Select(static l => (Match: Row().Match(l.Item), Line: l.Index + 1))
            .Where(static r => r.Match.Success)
            .Select(static r => (r.Match.Groups["name"].Value.Trim(),
                long.Parse(r.Match.Groups["number"].Value, CultureInfo.InvariantCulture), r.Line)),
    ];

    public static IEnumerable<Breach> Breaches(INamedTypeSymbol enumeration, SourceFile page)
    {
        IReadOnlyList<(string Name, long Number)> members = Members(enumeration);
        IReadOnlyList<(string Name, long Number, int Line)> rows = Rows(page);
        foreach ((string name, long number) in members)
        {
            if (!rows.Any(row => row.Number == number && IsSame(row.Name, name)))
            {
                yield return new Breach(page.Path, 0,
                    $"{enumeration.Name}.{name} = {number} has no row: describe the message there.");
            }
        }
        foreach ((string name, long number, int line) in rows)
        {
            if (!members.Any(member => member.Number == number && IsSame(name, member.Name)))
            {
                yield return new Breach(page.Path, line,
                    $"{name} = {number} is not in {enumeration.Name}: correct the row, or take it out.");
            }
        }
        foreach (var twice in rows.GroupBy(static r => r.Number).Where(static g => g.Count() > 1))
            yield return new Breach(page.Path, twice.Last().Line, $"{twice.Key} has {twice.Count()} rows: keep one.");
    }

    private static bool IsSame(string row, string member) =>
        Letters(row).Equals(Letters(member), StringComparison.OrdinalIgnoreCase);

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetter));

    [GeneratedRegex(@"^\| (?<number>\d+) \| (?<name>[^|]+)\|")]
    private static partial Regex Row();
}
