using System.Globalization;

namespace KvStore.Tests.Resp;

/// <summary>
/// Random commands, right ones and wrong ones, on few keys so that they meet, with values of all types.
/// </summary>
internal sealed class CommandScripts(int seed)
{
    private readonly Random _random = new(seed);

    public string[] Next()
    {
        string[] command = Command();
        // Now and then: one argument too few or too many, other case, a strange argument.
        switch (_random.Next(40))
        {
            case 0: return command[..^1] is { Length: > 0 } shorter ? shorter : command;
            case 1: return [.. command, Value()];
            case 2: return [command[0].ToUpperInvariant(), .. command[1..]];
            case 3 when command.Length > 1: return [.. command[..^1], Value()];
            default: return command;
        }
    }

    private string[] Command() => _random.Next(7) switch
    {
        0 or 1 => Strings(),
        2 => Keys(),
        3 => Hashes(),
        4 => Lists(),
        5 => SortedSets(),
        _ => Sets(),
    };

    private string[] Strings() => _random.Next(28) switch
    {
        0 or 1 => ["get", Key()],
        2 or 3 => ["set", Key(), Value()],
        4 => ["set", Key(), Value(), .. SetOptions()],
        5 => ["set", Key(), Value(), .. SetOptions(), .. SetOptions()],
        6 => ["getset", Key(), Value()],
        7 => ["getdel", Key()],
        8 =>
            ["getex", Key(), .. Pick<string[]>([], ["persist"], ["ex", "100"], ["px", "100000"], ["ex", "0"], ["bad"])],
        9 => ["setnx", Key(), Value()],
        10 => ["setex", Key(), Seconds(), Value()],
        11 => ["psetex", Key(), Pick("100000", "0", "-1", "x"), Value()],
        12 => ["mget", .. Many(Key)],
        13 => ["mset", .. Many(Key).SelectMany(k => new[] { k, Value() })],
        14 => ["msetnx", .. Many(Key).SelectMany(k => new[] { k, Value() })],
        15 => [Pick("incr", "decr"), Key()],
        16 => [Pick("incrby", "decrby"), Key(), Integer()],
        // Only halves and quarters, on a key of their own: the store computes in decimals, Redis in binary floating
        // point.
        17 =>
            Pick<string[]>(
                ["incrbyfloat", "n", Pick("1", "0.5", "-2.25", "1e2", "x", "")],
                ["set", "n", Pick("3.5", "-1", "x", "7e1")], ["get", "n"], ["incr", "n"]),
        18 => ["append", Key(), Value()],
        19 => ["strlen", Key()],
        20 => [Pick("getrange", "substr"), Key(), Integer(), Integer()],
        21 => ["setrange", Key(), Pick("0", "1", "5", "30", "-1", "x"), Value()],
        22 => ["decrby", Key(), "-9223372036854775808"],
        23 => ["setbit", Key(), Pick("0", "7", "100", "-1", "x"), Pick("0", "1", "1", "2")],
        24 => ["getbit", Key(), Pick("0", "7", "100", "-1", "x")],
        25 => ["bitcount", Key(), .. Pick<string[]>([], [Integer(), Integer()], ["1", "-2", Pick("bit", "BYTE", "x")])],
        26 =>
            [
                "bitpos", Key(), Pick("0", "1", "x"),
                .. Pick<string[]>([], [Integer()], ["1", "-2", Pick("bit", "byte")]),
            ],
        _ => ["echo", Value()],
    };

    private string[] Keys() => _random.Next(17) switch
    {
        0 => [Pick("del", "unlink"), .. Many(Key)],
        1 => [Pick("exists", "touch"), .. Many(Key)],
        2 => ["type", Key()],
        3 => ["expire", Key(), Seconds(), .. ExpireOptions()],
        4 => ["pexpire", Key(), Pick("100000", "7000000", "0", "-1", "x", "9223372036854775807"), .. ExpireOptions()],
        5 => ["expireat", Key(), Pick("1", "-5", "4000000000", "x"), .. ExpireOptions()],
        6 => ["pexpireat", Key(), Pick("1", "4000000000000", "x"), .. ExpireOptions()],
        7 => [Pick("ttl", "pttl", "expiretime", "pexpiretime"), Key()],
        8 => ["persist", Key()],
        9 => ["keys", Pick("*", "k*", "?", "[ab]", "[^ab]*", "k[0-9]", "a\\*", "*1*", "x")],
        10 => ["dbsize"],
        11 => ["rename", Key(), Key()],
        12 => ["renamenx", Key(), Key()],
        13 =>
            Pick<string[]>(
                ["ping"], ["ping", "hello"], ["select", "0"], ["select", "x"], ["nosuch", "a", "b"],
                ["flushall", "bad"], ["echo"]),
        14 => ["copy", Key(), Key(), .. Pick<string[]>([], ["replace"], ["db", "0"], ["bad"])],
        15 => ["bitop", Pick("and", "or", "xor", "not"), Key(), .. Many(Key)],
        _ => ["del", Key()],
    };

    private string[] Hashes() => _random.Next(17) switch
    {
        0 or 1 or 2 => [Pick("hset", "hmset"), Key(), .. Many(Field).SelectMany(f => new[] { f, Value() })],
        3 => ["hsetnx", Key(), Field(), Value()],
        4 => ["hget", Key(), Field()],
        5 => ["hmget", Key(), .. Many(Field)],
        6 => ["hdel", Key(), .. Many(Field)],
        7 => ["hlen", Key()],
        8 => ["hexists", Key(), Field()],
        9 => ["hgetall", Key()],
        10 => ["hkeys", Key()],
        11 => ["hvals", Key()],
        12 => ["hincrby", Key(), Field(), Integer()],
        13 => ["hincrbyfloat", Key(), "n", Pick("1", "0.5", "-2.25", "x")],
        14 => ["hstrlen", Key(), Field()],
        15 => ["hrandfield", Key(), "100", "withvalues"], // all of them
        _ => ["del", Key()],
    };

    private string[] Lists() => _random.Next(20) switch
    {
        0 or 1 or 2 => [Pick("lpush", "rpush"), Key(), .. Many(Value)],
        3 => [Pick("lpushx", "rpushx"), Key(), Value()],
        4 or 5 => [Pick("lpop", "rpop"), Key()],
        6 => [Pick("lpop", "rpop"), Key(), Pick("0", "1", "2", "100", "-1", "x")],
        7 or 8 => ["lrange", Key(), Integer(), Integer()],
        9 => ["llen", Key()],
        10 => ["lindex", Key(), Integer()],
        11 => ["lset", Key(), Integer(), Value()],
        12 => ["ltrim", Key(), Pick("0", "1", "-3"), Pick("-1", "2", "0", "5")],
        13 => ["lmove", Key(), Key(), Pick("left", "RIGHT", "up"), Pick("LEFT", "right")],
        14 => ["rpoplpush", Key(), Key()],
        15 => ["lrem", Key(), Integer(), Value()],
        16 => ["linsert", Key(), Pick("before", "AFTER", "at"), Value(), Value()],
        17 =>
            ["lpos", Key(), Value(), .. Pick<string[]>([], ["rank", Integer()], ["count", "0"], ["maxlen", "2"])],
        18 => ["lmpop", "2", Key(), Key(), Pick("left", "right"), .. Pick<string[]>([], ["count", Integer()])],
        _ => ["del", Key()],
    };

    private string[] Sets() => _random.Next(16) switch
    {
        0 or 1 or 2 => ["sadd", Key(), .. Many(Field)],
        3 => ["srem", Key(), .. Many(Field)],
        4 => ["smembers", Key()],
        5 => ["sismember", Key(), Field()],
        6 => ["smismember", Key(), .. Many(Field)],
        7 => ["scard", Key()],
        8 => ["smove", Key(), Key(), Field()],
        9 or 10 => [Pick("sinter", "sunion", "sdiff"), .. Many(Key)],
        11 or 12 => [Pick("sinterstore", "sunionstore", "sdiffstore"), Key(), .. Many(Key)],
        13 => ["sintercard", "2", Key(), Key(), .. Pick<string[]>([], ["limit", Integer()])],
        14 => [Pick("spop", "srandmember"), Key(), "100"], // all of them
        _ => ["del", Key()],
    };

    private string[] SortedSets() => _random.Next(18) switch
    {
        0 or 1 or 2 =>
            ["zadd", Key(), .. Pick<string[]>([], [], ["nx"], ["xx", "CH"], ["gt"], ["LT", "ch"], ["incr"]),
                .. Many(Field).SelectMany(f => new[] { Score(), f })],
        3 => ["zincrby", Key(), Score(), Field()],
        4 => ["zrem", Key(), .. Many(Field)],
        5 => [Pick("zscore", "zmscore", "zrank", "zrevrank"), Key(), Field()],
        6 => ["zcard", Key()],
        7 or 8 => [Pick("zrange", "zrevrange"), Key(), Integer(), Integer(), .. Pick<string[]>([], ["withscores"])],
        9 =>
            [Pick("zrangebyscore", "zrevrangebyscore"), Key(), Pick("-inf", "(1", "5"), Pick("+inf", "2.5", "(3"),
                .. Pick<string[]>([], ["withscores"], ["limit", "1", "2"])],
        10 => ["zcount", Key(), Pick("-inf", "(1", "5"), Pick("+inf", "2.5", "x")],
        11 => [Pick("zpopmin", "zpopmax"), Key(), .. Pick<string[]>([], [Integer()])],
        12 => ["zremrangebyrank", Key(), Integer(), Integer()],
        13 => ["zremrangebyscore", Key(), Pick("-inf", "(1", "5"), Pick("+inf", "2.5", "(3")],
        14 => [Pick("zunionstore", "zinterstore", "zdiffstore"), Key(), "2", Key(), Key()],
        15 =>
            [Pick("zunion", "zinter"), "2", Key(), Key(), .. Pick<string[]>(
                [], ["withscores"], ["weights", "2", "-0.5", "withscores"], ["aggregate", "min", "withscores"])],
        16 => ["zmpop", "2", Key(), Key(), Pick("min", "max"), .. Pick<string[]>([], ["count", Integer()])],
        _ => ["del", Key()],
    };

    private string Score() => Pick("0", "1", "2", "-1.5", "0.1", "1e20", "inf", "-inf", "x");

    private string[] SetOptions() => Pick<string[]>(
        ["nx"], ["xx"], ["get"], ["keepttl"], ["ex", Seconds()], ["px", "100000"],
        ["exat", "4000000000"], ["pxat", "4000000000000"], ["ex"], ["bad"], ["NX", "GET"]);

    private string[] ExpireOptions() =>
        _random.Next(3) > 0
            ? []
            : Pick<string[]>(["nx"], ["xx"], ["gt"], ["lt"], ["NX", "gt"], ["gt", "lt"], ["xx", "lt"], ["bad"]);

    // Never a time that comes while the test runs.
    private string Seconds() => Pick("100", "1000", "50000", "0", "-1", "x", "9223372036854775807");

    private string Key() => Pick("a", "b", "k1", "k2", "k3", "");

    private string Field() => Pick("f", "g", "1", "2", "-3", "h h", "");

    private string Value() => _random.Next(12) switch
    {
        0 => "",
        1 => new string('z', _random.Next(1, 400)),
        2 => "9223372036854775807",
        3 => "3.5",
        4 => " 12",
        5 => "012",
        6 => "\0\r\n\xff",
        7 or 8 => "value",
        _ => _random.Next(-100, 100).ToString(CultureInfo.InvariantCulture),
    };

    private string Integer() =>
        Pick(
            "0", "1", "-1", "2", "-2", "5", "-100", "100", "9223372036854775807", "-9223372036854775807", "x", "1.5",
            "");

    private string[] Many(Func<string> make) => [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => make())];

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
