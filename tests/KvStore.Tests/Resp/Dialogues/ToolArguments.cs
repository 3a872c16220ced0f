namespace KvStore.Tests.Resp.Dialogues;

/// <summary>
/// Arguments of the commands by which tools ask a server about itself. None of them makes a server silent or wait, even
/// after a word was changed: CLIENT REPLY, CLIENT PAUSE, CLIENT TRACKING and WAIT have tests of their own for that.
/// </summary>
internal static class ToolArguments
{
    public static IEnumerable<KeyValuePair<string, Func<string[]>>> Of(EdgeArguments a) =>
    [
        new("client", () => a.Pick<Func<string[]>>(
            () => [a.Cased(a.Pick(
                "id", "getname", "setname", "setname", "no-evict", "help", "nosuch", "", "get name")), .. a.Options(
                    ["me"], ["on"], ["off"], [""], ["a b"], ["\0"], [a.Value()])],
            () => Client(a))()),
        new("command", () => a.Pick<Func<string[]>>(
            () =>
                [a.Cased(a.Pick("count", "help", "list", "docs", "info", "nosuch", "")), .. a.Options(["get"], ["x"])],
            () => ["list", "filterby", a.Pick("pattern", "aclcat", "module", "x"), a.Pick("*g*", "string", "", "x")],
            () => [a.Cased(a.Pick("getkeys", "getkeysandflags")), .. a.Pick<string[]>(
                ["get", "a"], ["GET"], ["mset", "a", "1", "b"], ["set", "a", "x", "Get"], ["set", "a", "get"],
                ["smove", "a", "b", "c"], ["lmove", "a", "b", "left", "left"], ["ping", "a"], ["nosuch", "x"],
                ["object", "freq", "a"], ["object", "nosuch", "a"], ["client", "id"], ["del", "a", "b", "c"],
                ["get", "a", "b"], ["object freq", "a"], ["object|freq", "a"]), .. a.Options([a.Value()])])()),
        new("object", () => [a.Cased(a.Pick(
            "freq", "help", "encoding", "refcount", "idletime", "nosuch", "")), .. a.Many(a.Key, 2)]),
        new("memory", () => a.Pick<Func<string[]>>(
            () => [a.Cased(a.Pick("purge", "help", "nosuch", ""))],
            () => [a.Cased("usage"), a.Key(), .. a.Options(
                ["samples", "5"], ["SAMPLES", "0"], ["samples", "-1"], ["samples", "x"], ["samples"], ["bad"])])()),
        new("slowlog", () => a.Pick<Func<string[]>>(
            () => [a.Cased(a.Pick("len", "reset", "help", "nosuch", ""))],
            () => [a.Cased("get"), .. a.Options([a.Integer()], ["10"], ["-1"], ["-2"])])()),
        new("latency", () => a.Pick<Func<string[]>>(
            () => [a.Cased(a.Pick("latest", "doctor", "help", "nosuch", ""))],
            () => [a.Cased(a.Pick("history", "graph", "reset")), .. a.Options(["command"], ["fork"], [a.Value()])])()),
        new("acl", () => [a.Cased(a.Pick("whoami", "users", "list", "cat", "getuser", "help", "nosuch", "")),
            .. a.Options(["default"], ["nobody"], ["string"], ["Transaction"], ["@string"], [""])]),
        new("role", () => []),
        new("lastsave", () => []),
        // Never as many replicas as nobody has, for longer than a moment; nor after two words have changed places.
        new("wait", () => [a.Pick("-1", "x", "", "1.5"), a.Pick("1", "-1", "x", "", "1.5")]),
        new("save", () => []),
        new("bgsave", () => a.Options(["schedule"], ["SCHEDULE"], ["x"])),
        new("bgrewriteaof", () => []),
    ];

    /// <summary>No connection has such a number.</summary>
    private static string[] Client(EdgeArguments a)
    {
        const string Nobody = "999999999";
        return a.Pick<string[]>(
            [a.Cased(a.Pick("getredir", "trackinginfo", "unpause", "info", "list"))],
            ["caching", a.Pick("yes", "no", "x")],
            [a.Cased("tracking"), a.Pick("off", "OFF", "x"), .. a.Options(
                ["bcast"], ["optin"], ["OPTOUT"], ["noloop"], ["prefix", "p"], ["prefix"], ["redirect", Nobody],
                ["redirect", "x"], ["redirect"], ["bad"])],
            ["list", .. a.Options(
                ["type", "pubsub"], ["TYPE", "replica"], ["type", "x"], ["id", Nobody], ["ID", Nobody, "0"],
                ["id", "x"], ["type"], ["id"], ["bad"])],
            [a.Cased("kill"), "id", Nobody, .. a.Options(
                ["type", "pubsub"], ["type", "slave"], ["type", "x"], ["addr", "1.2.3.4:5"], ["LADDR", "x"],
                ["user", "default"], ["user", "x"], ["skipme", "yes"], ["SKIPME", "no"], ["skipme", "x"], ["bad", "x"],
                ["id", "0"], ["id", "x"], ["bad"], ["addr"])],
            ["kill", a.Pick("1.2.3.4:5", "x", "", "[::1]:1")],
            ["unblock", a.Pick(Nobody, "x", "", "-1"), .. a.Options(["timeout"], ["ERROR"], ["x"])],
            ["reply", a.Pick("on", "ON", "x", "")]);
    }
}
