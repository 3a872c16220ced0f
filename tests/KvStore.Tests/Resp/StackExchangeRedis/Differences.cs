using System.Collections.Frozen;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>The behaviours that differ, by their name.</summary>
internal static class Differences
{
    public static FrozenDictionary<string, Difference> All { get; } = ((Difference[])
    [
        new("a value longer than the bound",
            Redis: ["True", "523265"],
            Gateway: ["-ERR string exceeds maximum allowed size (a key 65536 bytes, a value 523264)", "0"],
            Why: "A value has at most KvLimits.ValueBytesMax bytes: it travels in one ordered operation."),
        new("a reply longer than the bound",
            Redis: ["3"],
            Gateway:
            [
                "-ERR the reply would be longer than 1047552 bytes; read it in parts (GETRANGE, LRANGE, HSCAN, SSCAN)",
            ],
            Why: "A reply has at most KvLimits.ReplyBytesMax bytes: replicas vote on it as a whole."),
        new("a key longer than the bound",
            Redis: ["True", "False"],
            Gateway: ["-ERR string exceeds maximum allowed size (a key 65536 bytes, a value 523264)", "False"],
            Why: "A key has at most KvLimits.KeyBytesMax bytes."),
        new("INCRBYFLOAT of what is no number",
            Redis:
            [
                "-ERR value is not a valid float",
                "-ERR increment would produce NaN or Infinity",
                "-ERR value is not a valid float",
                "'1'",
            ],
            Gateway:
            [
                "-ERR value is not a valid float",
                "-ERR value is not a valid float",
                "-ERR value is not a valid float",
                "'1'",
            ],
            Why: "Decimal numbers know no infinity, so one is no number at all."),
        new("INCRBYFLOAT of large exponents",
            Redis: ["BulkString '1000000000000000000024696061952'", "'1000000000000000000024696061952'"],
            Gateway: ["-ERR value is not a valid float", "'1'"],
            Why: "Decimal numbers have 28 digits: the same on every processor."),
        new("an expiry beyond the year 9999",
            Redis: ["Integer '1'", "Integer '999999999999'"],
            Gateway: ["-ERR invalid expire time in 'expireat' command", "Integer '-1'"],
            Why: "Agreed time ends with the year 9999."),
        new("a transaction of more commands than the bound",
            Redis: ["True", "4097", "'4097'"],
            Gateway: ["-EXECABORT Transaction discarded because of previous errors.", "0", "nil"],
            Why: "A transaction is one operation, of at most RespLimits.QueuedCommandsMax commands."),
        new("how many databases there are",
            Redis: ["16"],
            Gateway: ["1"],
            Why: "The replicated store is one database."),
        new("a second database",
            Redis: ["True", "nil", "'second'"],
            Gateway:
            [
                "RedisCommandException: The database does not exist on the server: 1",
                "nil",
                "RedisCommandException: The database does not exist on the server: 1",
            ],
            Why: "The replicated store is one database; the client knows, and does not ask."),
        new("CONFIG SET",
            Redis: ["done", "-ERR The server is running without a config file"],
            Gateway:
            [
                "-ERR the replicated store is configured by cluster.json, not by CONFIG SET",
                "-ERR The server is running without a config file",
            ],
            Why: "The cluster file configures the replicas; a client cannot."),
        new("SAVE",
            Redis: ["SimpleString 'OK'"],
            Gateway:
            [
                "-ERR nothing to save: the replicas keep a log of every acknowledged change. "
                    + "For a backup, copy the data directory of a replica",
            ],
            Why: "There is no file that a client could take for a backup."),
        new("MEMORY DOCTOR and STATS",
            Redis: ["a text", "numbers"],
            Gateway:
            [
                "-ERR unknown subcommand 'DOCTOR'. Try MEMORY HELP.",
                "-ERR unknown subcommand 'STATS'. Try MEMORY HELP.",
            ],
            Why: "The replicas' memory is on their own pages."),
        new("CLIENT SETINFO is of later releases",
            Redis: ["-ERR unknown subcommand 'SETINFO'. Try CLIENT HELP."],
            Gateway: ["SimpleString 'OK'"],
            Why: "Newer clients send it on connecting; it is accepted, and has no effect."),
        new("publish and subscribe",
            Redis: ["done", "1"],
            Gateway:
            [
                "-ERR unknown command 'SUBSCRIBE', with args beginning with: 'news' ",
                "-ERR unknown command 'PUBLISH', with args beginning with: 'news' 'hello' ",
            ],
            Why: "Messages to subscribers are not part of the replicated state."),
        new("scripts",
            Redis: ["Integer '1'", "True"],
            Gateway:
            [
                "-ERR this script is not known to the gateway, which runs no others than those of lock libraries. "
                + "See docs/adr/0025-scripts-of-locks-are-recognised.md and "
                + "src/KvStore.Gateway/Scripts/LockScripts.txt",
                "False",
            ],
            Why: "The gateway runs the scripts of lock libraries alone."),
        new("streams",
            Redis: ["'1-1'", "1"],
            Gateway:
            [
                "-ERR unknown command 'XADD', with args beginning with: 'x' '1-1' 'f' 'v' ",
                "-ERR unknown command 'XLEN', with args beginning with: 'x' ",
            ],
            Why: "The store has no such type."),
        new("dumps and encodings of keys",
            Redis: ["True", "embstr", "False"],
            Gateway:
            [
                "-ERR unknown command 'DUMP', with args beginning with: 'k' ",
                "embstr",
                "-ERR unknown command 'MOVE', with args beginning with: 'none' '1' ",
            ],
            Why: "The store keeps values in forms of its own, in one database. ENCODING tells Redis' choice."),
        new("SORT",
            Redis: ["['1', '2']"],
            Gateway: ["-ERR unknown command 'SORT_RO', with args beginning with: 'l' "],
            Why: "The store has no such command."),
        new("approximate counts and places",
            Redis: ["True", "True"],
            Gateway:
            [
                "-ERR unknown command 'PFADD', with args beginning with: 'p' 'm' ",
                "-ERR unknown command 'GEOADD', with args beginning with: 'g' '1' '2' 'm' ",
            ],
            Why: "The store has no such types."),
    ]).ToFrozenDictionary(static difference => difference.Behaviour);
}
