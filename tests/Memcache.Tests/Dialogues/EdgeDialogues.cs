using System.Globalization;
using System.Text;

namespace Memcache.Tests.Dialogues;

/// <summary>Dialogues of commands right and wrong; equal seeds, equal dialogues.</summary>
internal sealed class EdgeDialogues(int seed, int commandsMax = 23)
{
    private static readonly string[] s_keys =
    [
        "a", "b", "c", "a", "b", "key:with:colons", "UPPER", "x\ty", new('k', 250), new('l', 251), "\u00e4\u00f6", "0",
    ];

    private static readonly string[] s_numbers =
    [
        "0", "1", "2", "7", "10", "99", "+5", "-1", "-0", "00012", "abc", "1x", "1\t2", "2147483647", "2147483648",
        "4294967295", "4294967296", "4294967297", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551615", "18446744073709551616", "-18446744073709551615", "99999999999999999999999", "0x10", "-",
    ];

    // Not from 2^63 on: memcached looks behind an item's end for a minus sign then.
    private static readonly string[] s_deltas =
        ["1", "0", "10", "4294967296", "abc", "1x", "-1", "18446744073709551616", "+5", "00012", "5\t", "-0"];

    private static readonly string[] s_expiries =
        ["0", "0", "0", "100", "-1", "2592000", "2592001", "abc", "4102444800", "", "12 "];

    private static readonly string[] s_values =
        ["", "1", "12", "abc", "9223372036854775807", "-1", " 5", "5 ", "9", "99", "hello world", "12abc", "0"];

    private static readonly string[] s_binaryKeys = ["YQ==", "YWI=", "YWJj", "AAEC", "!!!!", "YQ=", "Y Q==", "/+8="];

    private readonly Random _random = new(seed);
    private bool _binary;

    /// <summary>The next dialogue, a text for each command.</summary>
    public string[] Next()
    {
        string[] commands = new string[_random.Next(2, commandsMax + 1)];
        for (int i = 0; i < commands.Length; i++) commands[i] = Command(isFirst: i == 0);
        return commands;
    }

    private string Command(bool isFirst) => _random.Next(34) switch
    {
        < 7 => Store(),
        < 10 => Retrieve(isFirst),
        < 12 => $"{One("incr", "decr")} {Key()} {One(s_deltas)}{NoReply()}\r\n",
        12 => $"touch {Key()} {Expiry()}{NoReply()}\r\n",
        13 => $"gat{One("", "s")} {Expiry()} {ShortKey()} {ShortKey()}\r\n",
        14 => $"delete {Key()}{One("", "", " 0", " 5", " 0 noreply", " noreply", " a b c")}\r\n",
        < 19 => MetaGet(),
        < 23 => MetaSet(),
        < 25 => MetaDelete(),
        < 28 => MetaArithmetic(),
        28 => $"me {One(ShortKey(), ShortKey(), "")}{One("", "", " b")}\r\n",
        29 => One("version\r\n", "mn\r\n", "verbosity 0\r\n", "verbosity\r\n", "verbosity a\r\n",
            "verbosity 1 noreply\r\n",
            "stats reset\r\n", "stats nothing\r\n", "shutdown\r\n", "cache_memlimit 1\r\n", "cache_memlimit x\r\n"),
        30 => One("flush_all\r\n", "flush_all 0\r\n", "flush_all noreply\r\n", "flush_all x\r\n", "flush_all -1\r\n",
            "flush_all 1 2 3 4\r\n"),
        // memcached sends no more of its replies to other commands once it meets a request of a browser.
        _ => isFirst && _random.Next(8) == 0 ? One("GET / HTTP/1.1\r\n", "POST /x HTTP/1.0\n") : Wrong(),
    };

    private string Store()
    {
        string name = One("set", "set", "set", "add", "replace", "append", "prepend", "cas"), value = Value();
        string length = Length(value), cas = name == "cas" ? $" {One(Number(), "1", "2", "3", "5", "8")}" : "";
        return $"{name} {Key()} {Number()} {Expiry()} {length}{cas}{NoReply()}\r\n{value}\r\n";
    }

    private string Retrieve(bool isFirst)
    {
        string keys = string.Join(One(" ", " ", "  "),
            Enumerable.Range(0, _random.Next(0, 30)).Select(_ => ShortKey()));
        // memcached takes back the replies to commands before a get with such a key.
        if (isFirst && _random.Next(4) == 0) keys += " " + s_keys[9];
        return $"{One("", "", " ")}{One("get", "gets", "get", "bget")} {keys}{One("", "", " ")}{One("\r\n", "\r\n",
            "\n")}";
    }

    private string MetaGet() => $"mg {MetaKey(out string b)}{b}{Flags("v", "t", "s", "c", "f", "h", "l", "k", "q",
        "u", "Oabc",
        "T" + Expiry(), "N" + Expiry(), "R" + One("30", "0", "1000"), "O" + new string('o', 40), "w", "t", "P1",
        "L2")}\r\n";

    private string MetaSet()
    {
        string value = Value(), key = MetaKey(out string b);
        return $"ms {key} {Length(value)}{b}{Flags("k", "c", "q", "Oabc", "T" + Expiry(), "F" + Number(), "C" + Cas(),
            "M" + One("S", "E", "A", "P", "R", "X", "", "SS"), "I", "S9", "O" + new string('o', 32),
            "s")}\r\n{value}\r\n";
    }

    private string MetaDelete() => $"md {MetaKey(out string b)}{b}{Flags(
        "k", "q", "Oabc", "T" + Expiry(), "C" + Cas(), "I", "x", "O" + new string('o', 32))}\r\n";

    private string MetaArithmetic() => $"ma {MetaKey(out string b)}{b}{Flags("k", "q", "v", "t", "c", "Oabc",
        "T" + Expiry(),
        "N" + Expiry(), "J" + One(s_deltas), "D" + One(s_deltas), "C" + Cas(), "M" + One("I", "+", "D", "-", "Q",
        "II"))}\r\n";

    private string Wrong() => One(
        "\r\n", "\n", " \r\n", "x\r\n", "ge\r\n", "get\r\n", "set\r\n", "set a\r\n", "set a 0 0\r\n",
        "set a 0 0 1 2 3\r\nb\r\n",
        "GET a\r\n", "gett a\r\n", "gat\r\n", "gat 10\r\n", "gat x a\r\n", "incr a\r\n", "incr\r\n", "delete\r\n",
        "touch a\r\n",
        "mx a\r\n", "m\r\n", "mg\r\n", "ms\r\n", "ms a\r\n", "ms a x\r\n", "ms a -1\r\n", "md\r\n", "ma\r\n", "me\r\n",
        "cas a 0 0 1\r\nb\r\n", "version with more\r\n", "set a 0 0 -1\r\n", "add a b c d\r\n", "quit now\r\n",
        "quit\r\n",
        "get a\0b\r\n", "set a 0 0 3\r\nab\r\n\r\n", "mg " + string.Join(' ', Enumerable.Range(0, 25)) + "\r\n",
        "ms a 1 " + string.Join(' ', "abcdefghijklmnopqrst".AsEnumerable()) + "\r\nx\r\n",
        "incr " + s_keys[9] + " 1\r\n", "mg " + s_keys[9] + " v\r\n", "mget a\r\n", "misbehave\r\n",
        "set " + s_keys[9] + " 0 0 1\r\nx\r\n", "set a 0 0 2 noreply extra\r\nab\r\n", "incr a 1 b\r\n",
        "foo bar baz\r\n",
        "  get a\r\n", "get  a  b \r\n", "\tget a\r\n", "lru_crawler\r\n", "touch a 1 2 3\r\n");

    private string MetaKey(out string isBinary)
    {
        _binary = _random.Next(6) == 0;
        isBinary = _binary ? " b" : "";
        return _binary ? s_binaryKeys[_random.Next(s_binaryKeys.Length)] : Key();
    }

    private string Flags(params string[] flags)
    {
        // memcached forgets that the key of an item that it makes is in base64.
        if (_binary) flags = [.. flags.Where(static flag => flag[0] != 'N')];
        StringBuilder line = new();
        int count = _random.Next(0, 6);
        for (int i = 0; i < count; i++)
        {
            string flag = flags[_random.Next(flags.Length)];
            if (line.ToString().Contains($" {flag[0]}", StringComparison.Ordinal) && _random.Next(6) > 0) continue;
            line.Append(' ').Append(flag);
        }
        return line.ToString();
    }

    private string Value() => _random.Next(8) == 0
        ? new string((char)('a' + _random.Next(26)), _random.Next(3000))
        : s_values[_random.Next(s_values.Length)];

    private string Length(string value) => _random.Next(12) switch
    {
        0 => Number(),
        1 => (value.Length + _random.Next(-2, 3)).ToString(CultureInfo.InvariantCulture),
        _ => value.Length.ToString(CultureInfo.InvariantCulture),
    };

    private string Key() => s_keys[_random.Next(s_keys.Length)];

    private string ShortKey() => Key() is { Length: <= 250 } key ? key : "a";

    private string Number() => _random.Next(2) == 0 ? One("0", "1", "5",
        "32") : s_numbers[_random.Next(s_numbers.Length)];

    private string Cas() => _random.Next(3) == 0 ? Number() : $"{_random.Next(1, 12)}";

    private string Expiry() => _random.Next(2) == 0 ? "0" : s_expiries[_random.Next(s_expiries.Length)];

    private string NoReply() => One("", "", "", "", " noreply", " norep");

    private string One(params string[] choices) => choices[_random.Next(choices.Length)];
}
