namespace KvStore.State;

/// <summary>What an entry holds. The numbers are part of replies and records.</summary>
internal enum ValueType
{
    None = 0,
    String = 1,
    Hash = 2,
    List = 3,
    Set = 4,
    SortedSet = 5,
}
