using System.Collections.Frozen;

namespace KvStore.Tests.Resp.StackExchangeRedis;

/// <summary>Every behaviour, by its name.</summary>
internal static class Behaviours
{
    public static FrozenDictionary<string, Behaviour> All { get; } = ((Behaviour[])
    [
        .. StringBehaviours.All,
        .. NumberBehaviours.All,
        .. ExpiryBehaviours.All,
        .. HashBehaviours.All,
        .. ListBehaviours.All,
        .. SetBehaviours.All,
        .. SortedSetBehaviours.All,
        .. KeyBehaviours.All,
        .. ErrorBehaviours.All,
        .. TransactionBehaviours.All,
        .. BatchBehaviours.All,
        .. ServerBehaviours.All,
        .. ConnectionBehaviours.All,
        .. AbsentBehaviours.All,
    ]).ToFrozenDictionary(static behaviour => behaviour.Name);
}
