namespace KvStore;

/// <summary>The store refused a command, which then changed nothing.</summary>
public sealed class KvException : Exception
{
    /// <summary>Why it was refused.</summary>
    public KvException(KvErrorCode code) : base(Describe(code)) => Code = code;

    /// <summary>Why it was refused.</summary>
    public KvErrorCode Code { get; }

    private static string Describe(KvErrorCode code) => code switch
    {
        KvErrorCode.WrongType =>
            "The key holds a hash, list or set, and the command works on strings. Use another key, or delete it first.",
        KvErrorCode.NotAnInteger =>
            "The value is not an integer of 64 bits, so it cannot be incremented. Put a number there first.",
        KvErrorCode.Overflow => "The sum would be beyond 64 bits. Nothing was changed.",
        KvErrorCode.TooLong =>
            $"A key may have {KvLimits.KeyBytesMax} bytes and a value {KvLimits.ValueBytesMax}. "
            + "Split the value over several keys.",
        KvErrorCode.ReplyTooLong =>
            $"The reply would have more than {KvLimits.ReplyBytesMax} bytes. Ask for less at a time.",
        KvErrorCode.TooMuchWork =>
            "The command would keep the replicas busy for too long. "
            + "Do less at a time: name fewer keys, or list in pages.",
        KvErrorCode.StateFull =>
            "The store has reached the size that it may have. Delete something, or raise the limit at all replicas.",
        KvErrorCode.InvalidExpiry => "The time of expiry is negative, or beyond the year 9999.",
        KvErrorCode.Malformed =>
            "The replicas did not understand the operation: the client and the replicas run different releases. "
            + "Run the same release of both.",
        _ => $"The store refused the command: {code}.",
    };
}
