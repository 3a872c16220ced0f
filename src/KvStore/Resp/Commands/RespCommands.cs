using System.Text;

namespace KvStore.Resp.Commands;

/// <summary>The commands of the gateway, by name.</summary>
internal static class RespCommands
{
    private const int NameLengthMax = 32;

    private static readonly Dictionary<string, RespCommand> ByName = All().ToDictionary(static c => c.Name, StringComparer.Ordinal);
    private static readonly Dictionary<string, RespCommand>.AlternateLookup<ReadOnlySpan<char>> BySpan = ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    public static int Count => ByName.Count;

    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The command of that name in any case.</summary>
    public static bool TryGet(ReadOnlySpan<byte> name, out RespCommand? command)
    {
        command = null;
        if (name.Length > NameLengthMax) return false;
        Span<char> lower = stackalloc char[NameLengthMax];
        Ascii.ToLower(name, lower, out int length);
        return length == name.Length && BySpan.TryGetValue(lower[..length], out command);
    }

    private static IEnumerable<RespCommand> All() =>
        [.. ConnectionCommands.All, .. ServerCommands.All, .. TransactionCommands.All, .. KeyspaceCommands.All, .. ExpiryCommands.All,
         .. StringRespCommands.All, .. NumberRespCommands.All, .. HashRespCommands.All, .. ListRespCommands.All, .. SetRespCommands.All];
}
