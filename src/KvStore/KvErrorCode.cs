namespace KvStore;

/// <summary>Why a command failed. It then had no effect.</summary>
public enum KvErrorCode
{
    /// <summary>The bytes are no operation of this store.</summary>
    Malformed = 1,

    /// <summary>The key holds another kind of value than the command works on.</summary>
    WrongType = 2,

    /// <summary>The value is not an integer, or beyond 64 bits.</summary>
    NotAnInteger = 3,

    /// <summary>The result would be beyond 64 bits.</summary>
    Overflow = 4,

    /// <summary>The value is not a number.</summary>
    NotANumber = 5,

    /// <summary>The field's value is not an integer.</summary>
    FieldNotAnInteger = 6,

    /// <summary>The key, field, member or value is longer than <see cref="KvLimits"/> allow.</summary>
    TooLong = 7,

    /// <summary>The reply would be longer than <see cref="KvLimits.ReplyBytesMax"/>: ask for less at a time.</summary>
    ReplyTooLong = 8,

    /// <summary>The state has reached the size it may have: delete something.</summary>
    StateFull = 9,

    /// <summary>There is no such key.</summary>
    NoSuchKey = 10,

    /// <summary>There is no element at the index.</summary>
    IndexOutOfRange = 11,

    /// <summary>A command that changes something was sent as a query.</summary>
    NotAQuery = 12,

    /// <summary>The time of expiry is not in the future, or too far in it.</summary>
    InvalidExpiry = 13,

    /// <summary>The field's value is not a number.</summary>
    FieldNotANumber = 14,

    /// <summary>The command would be more work than <see cref="KvLimits.WorkMax"/>: do less at a time.</summary>
    TooMuchWork = 15,

    /// <summary>The sum of the scores is not a number: it is that of both infinities.</summary>
    ScoreNotANumber = 20,
}
