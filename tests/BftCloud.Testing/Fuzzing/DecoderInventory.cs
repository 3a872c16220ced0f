using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace BftCloud.Testing.Fuzzing;

/// <summary>
/// Finds all that reads bytes or text in an assembly, by its name and what it takes. A list says of each what fuzzes
/// it, or why nothing need; a decoder that is not in the list fails the test.
/// </summary>
internal static partial class DecoderInventory
{
    private static readonly HashSet<string> Raw =
    [
        "ReadOnlyMemory`1", "ReadOnlySpan`1", "Byte[]", "String", "String[]", "Stream", "FileInfo",
        "SafeFileHandle", "XmlReader", "ArgumentResult", "SettingsReader", "CanonicalReader", "Utf8JsonReader",
    ];

    /// <summary>Every reader of raw input in the assembly that others than its own type can call.</summary>
    public static SortedSet<string> Find(Assembly assembly)
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance
            | BindingFlags.DeclaredOnly;
        return new SortedSet<string>(
            from type in assembly.GetTypes()
            where !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                && type.Namespace is not null
                && !type.IsInterface
            from method in type.GetMethods(All)
            where !method.IsPrivate
                && Reading().IsMatch(method.Name)
                && method.GetParameters().Any(static p => !p.IsOut && Raw.Contains(p.ParameterType.Name.TrimEnd('&')))
            select $"{type.Name}.{method.Name}", StringComparer.Ordinal);
    }

    /// <summary>Throws unless the list is complete and true.</summary>
    /// <param name="assemblies">Where the decoders are.</param>
    /// <param name="list">For each the name of the target that fuzzes it, or, in parentheses, why none does.</param>
    /// <param name="targets">The names of the targets.</param>
    public static void Check(
        IReadOnlyList<Assembly> assemblies, IReadOnlyDictionary<string, string> list, IEnumerable<string> targets)
    {
        SortedSet<string> found = new(assemblies.SelectMany(Find), StringComparer.Ordinal);
        HashSet<string> known = [.. targets];
        string[] problems =
        [
            .. found.Where(decoder => !list.ContainsKey(decoder)).Select(static decoder =>
                $"{decoder} reads what others wrote, and nothing fuzzes it: add a fuzz target, or a reason."),
            .. list.Keys.Where(decoder => !found.Contains(decoder)).Select(
                static decoder => $"{decoder} is in the list, but not in the product: remove it."),
            .. list.Values.Where(covered => !covered.StartsWith('(') && !known.Contains(covered))
                .Select(static covered => $"There is no fuzz target '{covered}'."),
        ];
        if (problems.Length > 0) throw new FuzzException(string.Join('\n', problems));
    }

    [GeneratedRegex("^(Try)?(Decode|Parse|Read|Load|Open|Recover|Restore|Split|Skip|Deserialize|Check)")]
    private static partial Regex Reading();
}
