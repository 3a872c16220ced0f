namespace KvStore.Operations;

/// <summary>The kinds of elements.</summary>
internal enum PackKind
{
    Nothing,
    Nil,
    True,
    Integer,
    Binary,
    Array,
    Error,
    Unknown,
}
