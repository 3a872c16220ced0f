namespace KvStore.Tests.Resp.Dialogues;

/// <summary>Arguments at the edges of what commands take.</summary>
internal sealed class EdgeArguments(Random random)
{
    private static readonly string[] s_integers =
    [
        "0", "1", "-1", "2", "-2", "3", "5", "-5", "10", "100", "-100", "2147483647", "-2147483648", "2147483648",
        "4294967296", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809",
        "99999999999999999999", "", "x", "1.5", "1e3", "0x10", "01", "-0", "+1", " 1", "1 ", "--1", "1\0", "\xff",
    ];

    private static readonly string[] s_decimals =
    [
        "0", "1", "-1", "0.5", "-2.25", ".5", "5.", "1e2", "1E2", "1e-2", "+1", "-0", "3.0", "10.50", "100000", "1,5",
        "1,000", "1.1.1", " 1", "1 ", "- 1", "", "x", "1x", "e", ".", "-", "+", "1e", "nan", "NaN", "inf", "-inf",
        "+inf", "Infinity", "-infinity", "0x10", "0x1p4", "1e308", "1e400", "1e4931", "1e4932", "1e4933", "-1e4932",
        "1e-4940", "1e-4960", "1e30", "9223372036854775807", "18446744073709551616", "0.1", "1\0", "1_0", "()", "(1)",
        "$1", "1-",
    ];

    private static readonly string[] s_seconds =
    [
        "100", "1000", "50000", "0", "-1", "-100", "x", "", "1.5", "9223372036854775807", "-9223372036854775808",
        "9223372036854775", "9223370000000000", "-9223372036854775", "9223372036854775808", "01", " 5", "+5",
    ];

    private static readonly string[] s_moments =
    [
        "4000000000", "4000000001", "0", "-1", "x", "", "9223372036854775807", "-9223372036854775808",
        "9223372036854775", "253402300799", "253402300800", "9223372036854775808",
    ];

    private static readonly string[] s_timeouts =
    [
        "0.001", "0.002", "0.0001", ".001", "1.e-3", "+0.001", "1e-400", "-1", "-0.5", "-inf", "inf", "Infinity",
        "1e400", "nan", "x", "", " 0.001", "0.001 ", "0,001", "1e17", "9223372036854776", "0.001\0", "-", ".", "1e",
        "0.001s",
    ];

    private static readonly string[] s_values =
    [
        "", "a", "b", "value", "12", "-3", "012", "3.5", " 12", "\0", "\r\n", "\0\x01\r\n\xff", "é", "\xc3\x28",
        "9223372036854775807", "-9223372036854775808", "with space", "\"quoted\"", "'", "*", "$5", new('z', 300),
        "44-bytes-or-more-44-bytes-or-more-44-bytes-or-more",
    ];

    private static readonly string[] s_patterns =
    [
        "*", "?", "s*", "[sh]", "[^s]*", "[a-z]", "[z-a]", "[", "[a", "[^", "\\*", "\\", "a\\", "**", "*?*", "", "none",
        "[]", "[]]", "[\\]]", "?*[s-]", "\0", "S",
    ];

    /// <summary>Keys that hold a value of each kind, as <see cref="EdgeDialogues"/> puts them there, and some that do
    /// not exist.</summary>
    public string Key() =>
        Pick("s", "s", "n", "d", "h", "h", "l", "l", "m", "m", "z", "z", "e", "none", "gone", "", "k k", "\0", "S");

    public string Field() => Pick("f", "f", "g", "n", "d", "1", "-3", "", "h h", "\0\xff", "F", "none");

    public string Value() => Pick(s_values);

    public string Integer() => Pick(s_integers);

    public string Decimal() => Pick(s_decimals);

    public string Seconds() => Pick(s_seconds);

    /// <summary>How long to wait: hardly at all, or wrong.</summary>
    public string Timeout() => random.Next(2) == 0 ? "0.001" : Pick(s_timeouts);

    public string Moment() => Pick(s_moments);

    public string Pattern() => Pick(s_patterns);

    /// <summary>Indices mostly near the ends of what is there.</summary>
    public string Index() => random.Next(3) == 0 ? Integer() : Pick("0", "1", "-1", "2", "-2", "3", "-3", "-4", "4");

    public string Any() => random.Next(7) switch
    {
        0 => Key(),
        1 => Field(),
        2 => Integer(),
        3 => Decimal(),
        4 => Pattern(),
        _ => Value(),
    };

    public string[] Many(Func<string> make, int max = 4) =>
        [.. Enumerable.Range(0, random.Next(1, max + 1)).Select(_ => make())];

    public string[] Pairs(Func<string> first, Func<string> second) =>
        [.. Many(first, 3).SelectMany(f => new[] { f, second() })];

    /// <summary>None, some or all of the options, in any order, repeated and contradicting.</summary>
    public string[] Options(params string[][] options)
    {
        int count = random.Next(3) == 0 ? 0 : random.Next(1, 4);
        return [.. Enumerable.Range(0, count).SelectMany(_ => Pick(options))];
    }

    public T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

    /// <summary>A word in lower, upper or mixed case.</summary>
    public string Cased(string word) => random.Next(6) switch
    {
        0 => word.ToUpperInvariant(),
        1 => string.Concat(word.Select(c => random.Next(2) == 0 ? char.ToUpperInvariant(c) : c)),
        _ => word,
    };
}
