namespace KvStore.Gateway.Details;

/// <summary>The categories of ACL CAT, in the order in which Redis tells them. Gaps: no command is of those.</summary>
[Flags]
internal enum AclCategories
{
    NoCategory = 0,
    Keyspace = 1 << 0,
    Reading = 1 << 1,
    Writing = 1 << 2,
    Sets = 1 << 3,
    SortedSets = 1 << 4,
    Lists = 1 << 5,
    Hashes = 1 << 6,
    Strings = 1 << 7,
    Bitmaps = 1 << 8,
    Channels = 1 << 12,
    AdminOnly = 1 << 13,
    Quick = 1 << 14,
    Slow = 1 << 15,
    Waiting = 1 << 16,
    Dangerous = 1 << 17,
    Connection = 1 << 18,
    Transacting = 1 << 19,
    Scripting = 1 << 20,
}
