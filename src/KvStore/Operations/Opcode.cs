namespace KvStore.Operations;

/// <summary>
/// What an operation asks for: the first element of its array. docs/spec/kv/operations.md and
/// collections.md list each with its arguments and reply.
/// Numbers are never given to another meaning: logs and clients of earlier versions hold them.
/// </summary>
internal enum Opcode
{
    // Several commands in one operation
    Pipeline = 1,
    Transaction = 2,

    // Changes
    RecordChanges = 4,
    Changes = 5,

    // Keys of any type
    Delete = 8,
    Exists = 9,
    TypeOf = 10,
    Expire = 11,
    Persist = 12,
    TimeToLive = 13,
    ExpiryTime = 14,
    Revision = 15,
    List = 16,
    Count = 17,
    Clear = 18,
    Rename = 19,
    Copy = 20,
    RandomKey = 21,
    Describe = 22,

    // Strings
    Get = 24,
    GetEntry = 25,
    MultiGet = 26,
    Put = 27,
    MultiPut = 28,
    MultiPutIfAbsent = 29,
    CompareAndSet = 30,
    Increment = 31,
    IncrementDecimal = 32,
    Append = 33,
    Length = 34,
    GetRange = 35,
    SetRange = 36,
    GetAndDelete = 37,
    GetAndExpire = 38,
    SetBit = 39,
    GetBit = 40,
    BitCount = 41,
    BitPosition = 42,
    BitCombine = 43,

    // Hashes
    HashPut = 48,
    HashPutIfAbsent = 49,
    HashGet = 50,
    HashMultiGet = 51,
    HashDelete = 52,
    HashCount = 53,
    HashExists = 54,
    HashGetAll = 55,
    HashIncrement = 56,
    HashIncrementDecimal = 57,
    HashLength = 58,
    HashList = 59,
    HashRandom = 60,

    // Lists
    ListPush = 72,
    ListPop = 73,
    ListRange = 74,
    ListCount = 75,
    ListGet = 76,
    ListSet = 77,
    ListTrim = 78,
    ListMove = 79,
    ListRemove = 80,
    ListInsert = 81,
    ListPosition = 82,
    ListPopFirst = 83,

    // Sets
    SetAdd = 96,
    SetRemove = 97,
    SetMembers = 98,
    SetContains = 99,
    SetCount = 100,
    SetMove = 101,
    SetList = 102,
    SetCombine = 103,
    SetCombineAndStore = 104,
    SetIntersectionCount = 105,
    SetPop = 106,
    SetRandom = 107,

    // Sorted sets
    SortedSetAdd = 120,
    SortedSetRemove = 121,
    SortedSetScore = 122,
    SortedSetCount = 123,
    SortedSetRank = 124,
    SortedSetRangeCount = 125,
    SortedSetRange = 126,
    SortedSetRangeAndStore = 127,
    SortedSetRemoveRange = 128,
    SortedSetPop = 129,
    SortedSetCombine = 130,
    SortedSetCombineAndStore = 131,
    SortedSetIntersectionCount = 132,
    SortedSetSources = 133,
    SortedSetRandom = 134,
    SortedSetList = 135,
}
