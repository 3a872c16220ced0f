namespace KvStore.Tests.Resp.Dialogues;

/// <summary>For each command of the gateway, arguments that it takes or nearly takes.</summary>
internal static class CommandArguments
{
    public static Dictionary<string, Func<string[]>> Of(EdgeArguments a) => new(
    [
        .. Connections(a), .. Server(a), .. Keys(a), .. Expiry(a), .. Strings(a), .. Bits(a), .. Hashes(a),
        .. Lists(a), .. BlockingLists(a), .. Sets(a), .. SetAlgebra(a), .. new SortedSetArguments(a).All,
        .. ToolArguments.Of(a), .. Scripts(a),
    ]);

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Connections(EdgeArguments a) =>
    [
        new("ping", () => a.Options([a.Value()])),
        new("echo", () => [a.Value()]),
        new("select", () => [a.Pick("0", "0", "-1", "16", "99999999999", "x", "")]),
        new("auth", () => a.Many(() => a.Pick("default", "x", ""))),
        new("hello", () =>
            [.. a.Many(() => a.Pick("2", "3", "2", "3", "4", "x", "", "-1"), 1), .. a.Options(
                ["auth", "default", "x"], ["AUTH", "bad", "x"], ["auth"], ["setname", "me"], ["SETNAME", "a b"],
                ["setname"], ["bad"])]),
        new("quit", () => a.Options([a.Value()])),
        new("reset", () => []),
        new("multi", () => []),
        new("exec", () => []),
        new("discard", () => []),
        new("watch", () => a.Many(a.Key)),
        new("unwatch", () => []),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Server(EdgeArguments a) =>
    [
        new("config", () => [a.Cased(a.Pick("get", "set", "resetstat", "rewrite", "help", "nosuch", "")), .. a.Options(
            ["save"], ["MAXMEMORY"], ["nosuch"], ["maxmem*"], ["appendonly", "yes"], [""])]),
        new("info", () => a.Options(["nosuch"], ["cluster"], ["Keyspace"], ["all"], [""], ["server"])),
        new("dbsize", () => []),
        new("flushall", () => a.Options(["async"], ["SYNC"], ["x"], [""])),
        new("flushdb", () => a.Options(["async"], ["SYNC"], ["x"], [""])),
        new("time", () => []),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Keys(EdgeArguments a) =>
    [
        new("del", () => a.Many(a.Key)),
        new("unlink", () => a.Many(a.Key)),
        new("exists", () => a.Many(a.Key)),
        new("touch", () => a.Many(a.Key)),
        new("type", () => [a.Key()]),
        new("rename", () => [a.Key(), a.Key()]),
        new("renamenx", () => [a.Key(), a.Key()]),
        new("copy", () => [a.Key(), a.Key(), .. a.Options(
            ["replace"], ["REPLACE"], ["db", "0"], ["DB", a.Pick("0", "-1", "x", "99999999999", "")], ["db"],
            ["bad"])]),
        new("randomkey", () => []),
        new("keys", () => [a.Pattern()]),
        new("scan", () =>
            [Cursor(a), .. ScanOptions(a), .. a.Options(["type", "string"], ["TYPE", "nosuch"], ["type"])]),
        new("hscan", () => [a.Key(), Cursor(a), .. ScanOptions(a)]),
        new("sscan", () => [a.Key(), Cursor(a), .. ScanOptions(a)]),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Expiry(EdgeArguments a) =>
    [
        new("expire", () => [a.Key(), a.Seconds(), .. Conditions(a)]),
        new("pexpire", () => [a.Key(), a.Pick("100000", "7000000", a.Seconds()), .. Conditions(a)]),
        new("expireat", () => [a.Key(), a.Moment(), .. Conditions(a)]),
        new("pexpireat", () => [a.Key(), a.Pick("4000000000000", a.Moment() + "000", a.Moment()), .. Conditions(a)]),
        new("ttl", () => [a.Key()]),
        new("pttl", () => [a.Key()]),
        new("expiretime", () => [a.Key()]),
        new("pexpiretime", () => [a.Key()]),
        new("persist", () => [a.Key()]),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Strings(EdgeArguments a) =>
    [
        new("get", () => [a.Key()]),
        new("set", () => [a.Key(), a.Value(), .. a.Options(
            ["nx"], ["XX"], ["get"], ["keepttl"], ["ex", LongSeconds(a)], ["PX", LongSeconds(a) + "000"],
            ["exat", FutureMoment(a)], ["pxat", FutureMoment(a) + "000"], ["ex"], ["bad"], ["persist"])]),
        new("setnx", () => [a.Key(), a.Value()]),
        new("setex", () => [a.Key(), a.Seconds(), a.Value()]),
        new("psetex", () => [a.Key(), LongSeconds(a) + "000", a.Value()]),
        new("getset", () => [a.Key(), a.Value()]),
        new("getdel", () => [a.Key()]),
        new("getex", () => [a.Key(), .. a.Options(
            ["persist"], ["ex", a.Seconds()], ["PX", LongSeconds(a) + "000"], ["exat", a.Moment()],
            ["PXAT", FutureMoment(a) + "000"], ["px"], ["bad"], ["keepttl"], ["nx"])]),
        new("mget", () => a.Many(a.Key)),
        new("mset", () => a.Pairs(a.Key, a.Value)),
        new("msetnx", () => a.Pairs(a.Key, a.Value)),
        new("append", () => [a.Key(), a.Value()]),
        new("strlen", () => [a.Key()]),
        new("getrange", () => [a.Key(), a.Index(), a.Index()]),
        new("substr", () => [a.Key(), a.Index(), a.Index()]),
        new("setrange", () =>
            [a.Key(), a.Pick("0", "1", "5", "30", "-1", "x", "", "-9223372036854775808", "1.5"), a.Value()]),
        new("incr", () => [a.Key()]),
        new("decr", () => [a.Key()]),
        new("incrby", () => [a.Key(), a.Integer()]),
        new("decrby", () => [a.Key(), a.Integer()]),
        new("incrbyfloat", () => [a.Key(), a.Decimal()]),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Bits(EdgeArguments a) =>
    [
        new("setbit", () => [a.Key(), BitOffset(a), a.Pick("0", "1", "0", "1", "2", "-1", "x", "")]),
        new("getbit", () => [a.Key(), BitOffset(a)]),
        new("bitcount", () => [a.Key(), .. BitRange(a)]),
        new("bitpos", () => [a.Key(), a.Pick("0", "1", "0", "1", "2", "-1", "x", ""), .. BitRange(a)]),
        new("bitop", () => [a.Cased(a.Pick("and", "or", "xor", "not", "nor", "")), a.Key(), .. a.Many(a.Key)]),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Hashes(EdgeArguments a) =>
    [
        new("hset", () => [a.Key(), .. a.Pairs(a.Field, a.Value)]),
        new("hmset", () => [a.Key(), .. a.Pairs(a.Field, a.Value)]),
        new("hsetnx", () => [a.Key(), a.Field(), a.Value()]),
        new("hget", () => [a.Key(), a.Field()]),
        new("hmget", () => [a.Key(), .. a.Many(a.Field)]),
        new("hdel", () => [a.Key(), .. a.Many(a.Field)]),
        new("hlen", () => [a.Key()]),
        new("hexists", () => [a.Key(), a.Field()]),
        new("hstrlen", () => [a.Key(), a.Field()]),
        new("hgetall", () => [a.Key()]),
        new("hkeys", () => [a.Key()]),
        new("hvals", () => [a.Key()]),
        new("hincrby", () => [a.Key(), a.Field(), a.Integer()]),
        new("hincrbyfloat", () => [a.Key(), a.Field(), a.Decimal()]),
        new("hrandfield", () => [a.Key(), .. a.Pick<string[]>(
            [], [ChosenCount(a)], [ChosenCount(a), "withvalues"], [ChosenCount(a), "WITHVALUES"],
            [ChosenCount(a), "bad"], ["bad", "bad"])]),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Lists(EdgeArguments a) =>
    [
        new("lpush", () => [a.Key(), .. a.Many(a.Value)]),
        new("rpush", () => [a.Key(), .. a.Many(a.Value)]),
        new("lpushx", () => [a.Key(), .. a.Many(a.Value)]),
        new("rpushx", () => [a.Key(), .. a.Many(a.Value)]),
        new("lpop", () => [a.Key(), .. a.Options([a.Integer()])]),
        new("rpop", () => [a.Key(), .. a.Options([a.Integer()])]),
        new("lrange", () => [a.Key(), a.Index(), a.Index()]),
        new("ltrim", () => [a.Key(), a.Index(), a.Index()]),
        new("llen", () => [a.Key()]),
        new("lindex", () => [a.Key(), a.Index()]),
        new("lset", () => [a.Key(), a.Index(), a.Value()]),
        new("lmove", () =>
            [a.Key(), a.Key(), a.Cased(a.Pick("left", "right", "up")), a.Cased(a.Pick("left", "right", ""))]),
        new("rpoplpush", () => [a.Key(), a.Key()]),
        new("lrem", () => [a.Key(), a.Integer(), a.Value()]),
        new("linsert", () => [a.Key(), a.Cased(a.Pick("before", "after", "at", "")), a.Value(), a.Value()]),
        new("lpos", () => [a.Key(), a.Value(), .. a.Options(
            ["rank", a.Index()], ["RANK", a.Integer()], ["count", a.Index()], ["COUNT", a.Integer()],
            ["maxlen", a.Index()], ["MAXLEN", a.Integer()], ["rank"], ["bad", "1"])]),
        new("lmpop", () => [
            a.Pick("1", "2", "1", "2", "3", "0", "-1", "x"), .. a.Many(a.Key, 3),
            a.Cased(a.Pick("left", "right", "left", "right", "up")),
            .. a.Options(["count", "2"], ["COUNT", a.Integer()], ["count"], ["bad"])]),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> BlockingLists(EdgeArguments a) =>
    [
        new("blpop", () => [.. a.Many(a.Key), a.Timeout()]),
        new("brpop", () => [.. a.Many(a.Key), a.Timeout()]),
        new("blmove", () =>
            [a.Key(), a.Key(), a.Cased(a.Pick("left", "right", "up")), a.Cased(a.Pick("left", "right")), a.Timeout()]),
        new("brpoplpush", () => [a.Key(), a.Key(), a.Timeout()]),
        new("blmpop", () =>
            [a.Timeout(), a.Pick("1", "1", "2", "2", a.Integer()), .. a.Many(a.Key, 2), a.Cased(
                a.Pick("left", "right", "left", "right", "up")), .. a.Options(
                ["count", a.Pick("1", "2", "10", a.Integer())], ["COUNT", "1"], ["count"], ["bad", "1"])]),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Sets(EdgeArguments a) =>
    [
        new("sadd", () => [a.Key(), .. a.Many(a.Field)]),
        new("srem", () => [a.Key(), .. a.Many(a.Field)]),
        new("smembers", () => [a.Key()]),
        new("sismember", () => [a.Key(), a.Field()]),
        new("smismember", () => [a.Key(), .. a.Many(a.Field)]),
        new("scard", () => [a.Key()]),
        new("smove", () => [a.Key(), a.Key(), a.Field()]),
        new("spop", () => [a.Key(), .. a.Options([a.Integer()])]),
        new("srandmember", () => [a.Key(), .. a.Options([ChosenCount(a)])]),
    ];

    private static IEnumerable<KeyValuePair<string, Func<string[]>>> SetAlgebra(EdgeArguments a) =>
    [
        new("sinter", () => a.Many(SetKey(a))),
        new("sunion", () => a.Many(SetKey(a))),
        new("sdiff", () => a.Many(SetKey(a))),
        new("sinterstore", () => [a.Key(), .. a.Many(SetKey(a))]),
        new("sunionstore", () => [a.Key(), .. a.Many(SetKey(a))]),
        new("sdiffstore", () => [a.Key(), .. a.Many(SetKey(a))]),
        new("sintercard", () => [
            a.Pick("1", "2", "1", "2", "3", "0", "-1", "x"), .. a.Many(SetKey(a), 3),
            .. a.Options(["limit", "1"], ["LIMIT", a.Integer()], ["limit"], ["bad", "1"])]),
    ];

    private static Func<string> SetKey(EdgeArguments a) => () => a.Pick("m", "m", "m", "none", a.Key());

    private static string BitOffset(EdgeArguments a) =>
        a.Pick("0", "1", "7", "8", "9", "39", "40", "100", "-1", "x", "", "4294967296", "9223372036854775808");

    private static string[] BitRange(EdgeArguments a) => a.Pick<string[]>(
        [], [a.Index(), a.Index()], [a.Index(), a.Index(), a.Cased(a.Pick("bit", "byte", "bad", ""))],
        [a.Index(), a.Index(), "bit"], [a.Index()], [a.Pick("0", "5", "12", "-20"), a.Pick("30", "-1", "17"), "BIT"]);

    private static string ChosenCount(EdgeArguments a) =>
        a.Pick("0", "1", "2", "3", "5", "-1", "-3", "100", "x", "", "9223372036854775807", "9223372036854775808");
    private static IEnumerable<KeyValuePair<string, Func<string[]>>> Scripts(EdgeArguments a) =>
    [
        new("eval", () => [a.Pick(ScriptTexts.Robust), .. ScriptArguments(a)]),
        new("evalsha", () => [a.Pick(
            ScriptTexts.Sha1Of(a.Pick(ScriptTexts.Robust)), new string('a', 40), "abc", ""), .. ScriptArguments(a)]),
        new("script", () => [a.Cased(a.Pick("exists", "flush", "load", "kill", "help", "nosuch")), .. a.Options(
            [a.Pick(ScriptTexts.Robust)], [ScriptTexts.Sha1Of(a.Pick(ScriptTexts.Robust))], ["sync"], ["ASYNC"])]),
    ];

    private static string[] ScriptArguments(EdgeArguments a) =>
    [
        a.Pick("1", "1", "1", "2", "0", "5", "-1", "x"), a.Key(), a.Pick("value", "10", a.Key()),
        a.Pick("value", "100000", "10"), a.Pick("100000", "200000", "0", "-1", "x", ""),
    ];

    private static string Cursor(EdgeArguments a) =>
        a.Pick("0", "0", "0", "x", "", "-1", "18446744073709551616", " 0", "0x0", "1.5", "00");

    private static string[] ScanOptions(EdgeArguments a) => a.Options(
        ["match", a.Pattern()], ["count", "100"], ["COUNT", a.Integer()], ["count"], ["match"], ["bad", "x"],
        ["MATCH", "*"]);

    private static string[] Conditions(EdgeArguments a) =>
        a.Options(["nx"], ["XX"], ["gt"], ["LT"], ["bad"], [""]);

    // Never a time that comes while the test runs.
    private static string LongSeconds(EdgeArguments a) =>
        a.Pick("100", "1000", "0", "-1", "x", "9223372036854775807", "9223372036854775", "", "-100");

    // Never one that has passed: Redis counts and keeps what SET lets expire in the past until it comes across it.
    private static string FutureMoment(EdgeArguments a) =>
        a.Pick("4000000000", "4100000000", "0", "-1", "x", "9223372036854775807", "9223372036854775", "");
}
