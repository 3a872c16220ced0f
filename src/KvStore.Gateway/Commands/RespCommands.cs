namespace KvStore.Gateway.Commands;

/// <summary>The commands of the gateway.</summary>
internal static class RespCommands
{
    public static RespCommandTable Table { get; } = new(
    [
        .. ConnectionCommands.All, .. ServerCommands.All, .. TransactionCommands.All, .. KeyspaceCommands.All,
        .. ExpiryCommands.All, .. StringRespCommands.All, .. NumberRespCommands.All, .. HashRespCommands.All,
        .. ListRespCommands.All, .. BlockingListCommands.All, .. SetRespCommands.All,
        .. BitRespCommands.All, .. ListSearchRespCommands.All, .. SetAlgebraRespCommands.All,
        .. RandomRespCommands.All, .. ScriptCommands.All,
        .. SortedSetRespCommands.All, .. SortedSetRangeRespCommands.All, .. SortedSetAlgebraRespCommands.All,
        .. BlockingSortedSetCommands.All,
    ]);
}
