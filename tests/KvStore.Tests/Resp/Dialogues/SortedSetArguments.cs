namespace KvStore.Tests.Resp.Dialogues;

/// <summary>For each command on sorted sets, arguments that it takes or nearly takes.</summary>
internal sealed class SortedSetArguments(EdgeArguments a)
{
    private static readonly string[] s_scores =
    [
        "0", "1", "-1", "2", "2", "3", "2.5", "0.1", "1e3", "inf", "-inf", "+inf", "Infinity", "nan", "", "x", "1 ",
        " 1", "-0", "1e400", "1e-400", "0x10", "0x1p-2", "1e17", "123456789012345678", "1e20", "1e-7", "1.5e300", "(1",
        "1\0", "5.", ".5", "3.3",
    ];

    private static readonly string[] s_ends =
    [
        "-inf", "+inf", "inf", "0", "1", "(1", "2", "(2", "3", "5", "2.5", "(inf", "(-inf", "x", "(", "", " 1", "1 ",
        "1e400", "nan", "0x2", "-1", "1\0x",
    ];

    private static readonly string[] s_lexEnds =
    [
        "-", "+", "-", "+", "[a", "(a", "[b", "(b", "[c", "(d", "[", "(", "a", "", "[aa", "+x", "-\0", "[\xff",
    ];

    public IEnumerable<KeyValuePair<string, Func<string[]>>> All =>
    [
        .. Members, .. Ranges, .. Combinations,
    ];

    private IEnumerable<KeyValuePair<string, Func<string[]>>> Members =>
    [
        new("zadd", () => [Key(), .. a.Options(["nx"], ["XX"], ["gt"], ["LT"], ["ch"], ["CH"], ["incr"], ["bad"]),
            .. a.Pick(a.Pairs(Score, Member), [Score(), Member()])]),
        new("zincrby", () => [Key(), Score(), Member()]),
        new("zrem", () => [Key(), .. a.Many(Member)]),
        new("zscore", () => [Key(), Member()]),
        new("zmscore", () => [Key(), .. a.Many(Member)]),
        new("zcard", () => [Key()]),
        new("zrank", () => [Key(), Member()]),
        new("zrevrank", () => [Key(), Member()]),
        new("zpopmin", () => [Key(), .. a.Options([a.Integer()], ["1"], ["2"])]),
        new("zpopmax", () => [Key(), .. a.Options([a.Integer()], ["1"], ["2"])]),
        new("zmpop", () => [Number(), .. a.Many(Key, 3), a.Cased(a.Pick("min", "max", "min", "max", "bad")),
            .. a.Options(["count", "2"], ["COUNT", a.Integer()], ["count"], ["bad"])]),
        new("bzpopmin", () => [.. a.Many(Key), a.Timeout()]),
        new("bzpopmax", () => [.. a.Many(Key), a.Timeout()]),
        new("bzmpop", () => [a.Timeout(), Number(), .. a.Many(Key, 3), a.Cased(a.Pick("min", "max", "min", "bad")),
            .. a.Options(["count", "2"], ["COUNT", a.Integer()], ["count"], ["bad"])]),
        new("zrandmember", () => [Key(), .. a.Pick<string[]>(
            [], [Count()], [Count(), "withscores"], [Count(), "WITHSCORES"], [Count(), "bad"], ["bad", "bad"])]),
        new("zscan", () => [Key(), a.Pick("0", "0", "0", "x", "", "-1"), .. a.Options(
            ["match", a.Pattern()], ["count", "100"], ["COUNT", a.Integer()], ["count"], ["bad", "x"])]),
    ];

    private IEnumerable<KeyValuePair<string, Func<string[]>>> Ranges =>
    [
        new("zcount", () => [Key(), End(), End()]),
        new("zlexcount", () => [Key(), LexEnd(), LexEnd()]),
        new("zrange", () => [Key(), .. a.Pick<string[]>(
            [a.Index(), a.Index()], [End(), End(), "byscore"], [LexEnd(), LexEnd(), "bylex"], [End(), LexEnd()]),
            .. a.Options(["rev"], ["REV"], Limit(), ["withscores"], ["WITHSCORES"], ["BYSCORE"], ["bad"])]),
        new("zrangestore", () => [Key(), Key(), .. a.Pick<string[]>(
            [a.Index(), a.Index()], [End(), End(), "BYSCORE"], [LexEnd(), LexEnd(), "BYLEX"]),
            .. a.Options(["rev"], Limit(), ["withscores"], ["bad"])]),
        new("zrevrange", () => [Key(), a.Index(), a.Index(), .. a.Options(["withscores"], ["bad"], ["rev"], Limit())]),
        new("zrangebyscore", () => [Key(), End(), End(), .. RangeOptions()]),
        new("zrevrangebyscore", () => [Key(), End(), End(), .. RangeOptions()]),
        new("zrangebylex", () => [Key(), LexEnd(), LexEnd(), .. RangeOptions()]),
        new("zrevrangebylex", () => [Key(), LexEnd(), LexEnd(), .. RangeOptions()]),
        new("zremrangebyrank", () => [Key(), a.Index(), a.Index()]),
        new("zremrangebyscore", () => [Key(), End(), End()]),
        new("zremrangebylex", () => [Key(), LexEnd(), LexEnd()]),
    ];

    private IEnumerable<KeyValuePair<string, Func<string[]>>> Combinations =>
    [
        new("zunion", () => [.. Sources(), .. Options(), .. a.Options(["withscores"], ["WITHSCORES"])]),
        new("zinter", () => [.. Sources(), .. Options(), .. a.Options(["withscores"], ["WITHSCORES"])]),
        new("zdiff", () => [.. Sources(), .. a.Options(["withscores"], ["bad"], ["weights", "1"])]),
        new("zunionstore", () => [Key(), .. Sources(), .. Options()]),
        new("zinterstore", () => [Key(), .. Sources(), .. Options()]),
        new("zdiffstore", () => [Key(), .. Sources(), .. a.Options(["withscores"], ["bad"])]),
        new("zintercard", () =>
            [.. Sources(), .. a.Options(["limit", "1"], ["LIMIT", a.Integer()], ["limit"], ["x", "1"])]),
    ];

    private string Key() => a.Pick("z", "z", "z", "y", "y", "m", "none", a.Key());

    private string Member() => a.Pick("a", "b", "c", "d", "1", a.Field());

    private string Score() => a.Pick(s_scores);

    private string End() => a.Pick(s_ends);

    private string LexEnd() => a.Pick(s_lexEnds);

    private string Number() => a.Pick("1", "2", "1", "2", "3", "0", "-1", "x", "9223372036854775807");

    private string Count() =>
        a.Pick("0", "1", "2", "3", "5", "-1", "-3", "100", "x", "", "9223372036854775807", "9223372036854775808");

    private string[] Limit() => ["limit", a.Pick("0", "1", "2", "-1", "x"), a.Pick("0", "1", "2", "-1", "100", "")];

    private string[] RangeOptions() => a.Options(Limit(), ["withscores"], ["WITHSCORES"], ["limit"], ["bad"], ["rev"]);

    /// <summary>Mostly as many keys as the number says.</summary>
    private string[] Sources()
    {
        string[] keys = a.Many(Key, 3);
        return [a.Pick($"{keys.Length}", $"{keys.Length}", $"{keys.Length}", Number()), .. keys];
    }

    private string[] Options() => a.Options(
        ["weights", Score()], ["WEIGHTS", Score(), Score()], ["weights", "2", "-1", "0.5"], ["aggregate", "min"],
        ["AGGREGATE", "MAX"], ["aggregate", "sum"], ["aggregate"], ["aggregate", "x"], ["bad"]);
}
