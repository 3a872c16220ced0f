using System.Globalization;

namespace KvStore.Tests.Resp.Dialogues;

/// <summary>
/// Dialogues of a client with a server: every command of the gateway with right, wrong and strange arguments, on keys
/// of all types, in both versions of the protocol, within and outside of transactions.
/// </summary>
internal sealed class EdgeDialogues
{
    private static readonly string[][] s_setUp =
    [
        ["flushall"], ["script", "flush"], ["set", "s", "value"], ["set", "n", "10"], ["set", "d", "3.25"],
        ["set", "e", "expires", "ex", "5000"], ["hset", "h", "f", "value", "n", "7", "d", "1.5"],
        ["rpush", "l", "a", "b", "c"], ["sadd", "m", "a", "b", "3"],
        ["zadd", "z", "1", "a", "2", "b", "2", "c", "3.5", "1"], ["zadd", "y", "0", "a", "0", "b", "0", "c", "0", "d"],
    ];

    private const long RepeatedMax = 1000;

    private readonly Random _random;
    private readonly EdgeArguments _a;
    private readonly Dictionary<string, Func<string[]>> _arguments;
    private readonly string[] _names;

    public EdgeDialogues(int seed)
    {
        _random = new Random(seed);
        _a = new EdgeArguments(_random);
        _arguments = CommandArguments.Of(_a);
        _names = [.. _arguments.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The commands that it makes arguments for.</summary>
    public IReadOnlyList<string> Names => _names;

    public string[][] Next()
    {
        List<string[]> commands = [.. s_setUp];
        if (_random.Next(3) == 0) commands.Add(["hello", "3"]);
        int transaction = _random.Next(3);
        if (transaction == 0 && _random.Next(3) == 0) commands.Add(["watch", _a.Key()]);
        if (transaction == 0) commands.Add(["multi"]);
        commands.AddRange(Enumerable.Range(0, _random.Next(2, 9)).Select(_ => Command()));
        if (transaction == 0) commands.Add([_a.Cased(_random.Next(12) == 0 ? "discard" : "exec")]);
        if (_random.Next(4) == 0) commands.Add(Command());
        commands.Add(["echo", "end"]);
        return [.. commands];
    }

    private string[] Command()
    {
        string[] command;
        do command = AnyCommand();
        while (HasLongReply(command));
        return command;
    }

    /// <summary>A negative count asks for as many members that may repeat.</summary>
    private static bool HasLongReply(string[] command) =>
        command[0].ToUpperInvariant() is "SRANDMEMBER" or "HRANDFIELD" or "ZRANDMEMBER"
        && command.Any(static word => long.TryParse(word, out long count) && count < -RepeatedMax);

    private string[] AnyCommand()
    {
        string name = _a.Pick(_names);
        string[] command = Changed(name, [_a.Cased(name), .. _arguments[name]()]);
        if (!IsBlocking(name) || command.Length == 1) return command;
        // Never one that waits long, or for ever.
        int timeoutAt = name.EndsWith("mpop", StringComparison.Ordinal) ? 1 : command.Length - 1;
        string timeout = command[timeoutAt];
        bool isLong = double.TryParse(timeout, CultureInfo.InvariantCulture, out double seconds)
            && seconds is 0 or (> 0.01 and < 9.2e15);
        return isLong || timeout.StartsWith("0x", StringComparison.Ordinal)
            ? Replaced(command, timeoutAt, "0.001")
            : command;
    }

    private static bool IsBlocking(string name) =>
        name is "blpop" or "brpop" or "blmove" or "brpoplpush" or "blmpop" or "bzpopmin" or "bzpopmax" or "bzmpop";

    private string[] Changed(string name, string[] command) =>
        _random.Next(16) switch
        {
            0 => command[..^1] is { Length: > 0 } shorter ? shorter : command,
            1 => [.. command, _a.Any()],
            2 => command[..1],
            3 when command.Length > 1 => Replaced(command, _random.Next(1, command.Length), _a.Any()),
            4 when command.Length > 2 => Swapped(command),
            5 when _random.Next(3) == 0 => Replaced(command, 0, _a.Pick($"{name} ", $" {name}", "", "nosuch", "\0")),
            6 when command.Length > 1 && _random.Next(2) == 0 => command[..2],
            _ => command,
        };

    private static string[] Replaced(string[] command, int index, string word)
    {
        string[] changed = [.. command];
        changed[index] = word;
        return changed;
    }

    private string[] Swapped(string[] command)
    {
        string[] changed = [.. command];
        (int i, int j) = (_random.Next(1, command.Length), _random.Next(1, command.Length));
        (changed[i], changed[j]) = (changed[j], changed[i]);
        return changed;
    }
}
