using System.Text;

namespace KvStore.Gateway.Commands;

/// <summary>The types of connections that CLIENT LIST and CLIENT KILL tell apart. A gateway's are all normal.</summary>
internal static class ClientTypes
{
    private static readonly string[] s_others = ["master", "replica", "slave", "pubsub"];

    /// <summary>Whether a type is the one of all connections. Null, or the error if Redis has no such type.</summary>
    public static string? ErrorOf(ReadOnlySpan<byte> name, out bool isNormal)
    {
        isNormal = Ascii.EqualsIgnoreCase(name, "normal");
        if (isNormal) return null;
        foreach (string other in s_others)
            if (Ascii.EqualsIgnoreCase(name, other)) return null;
        return $"ERR Unknown client type '{RespErrors.Shown(name, int.MaxValue)}'";
    }
}
