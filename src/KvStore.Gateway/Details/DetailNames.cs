using System.Numerics;

namespace KvStore.Gateway.Details;

/// <summary>Redis' words for flags, categories and uses of keys.</summary>
internal static class DetailNames
{
    private static readonly string[] s_flags =
    [
        "write", "readonly", "denyoom", "admin", "pubsub", "noscript", "blocking", "loading", "stale", "skip_monitor",
        "skip_slowlog", "fast", "no_auth", "no_mandatory_keys", "no_async_loading", "no_multi", "movablekeys",
        "allow_busy",
    ];

    private static readonly string[] s_uses =
        ["RO", "RW", "OW", "RM", "access", "update", "insert", "delete", "variable_flags"];

    /// <summary>All categories, without the @ that COMMAND puts before them.</summary>
    public static IReadOnlyList<string> Categories { get; } =
    [
        "keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap", "hyperloglog", "geo",
        "stream", "pubsub", "admin", "fast", "slow", "blocking", "dangerous", "connection", "transaction", "scripting",
    ];

    public static IEnumerable<string> Of(CommandFlags flags) => Of((uint)flags, s_flags);

    public static IEnumerable<string> Of(AclCategories categories) => Of((uint)categories, Categories);

    public static IEnumerable<string> Of(KeyUses uses) => Of((uint)uses, s_uses);

    /// <summary>The category of that name in any case. Null if there is none.</summary>
    public static AclCategories? Category(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < Categories.Count; i++)
            if (System.Text.Ascii.EqualsIgnoreCase(name, Categories[i])) return (AclCategories)(1 << i);
        return null;
    }

    private static IEnumerable<string> Of(uint bits, IReadOnlyList<string> names)
    {
        for (; bits != 0; bits &= bits - 1) yield return names[BitOperations.TrailingZeroCount(bits)];
    }
}
