using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>
/// One command under way: its arguments, the state, the reply. A command reads and checks all its arguments before it
/// changes anything; the methods that read return false when they have written an error as the reply, and the command
/// ends there.
/// </summary>
internal ref struct CommandContext
{
    public required KvState State { get; init; }
    public required ByteBuffer Reply { get; init; }

    /// <summary>The commands of the pipeline or transaction under way, behind a transaction's conditions.</summary>
    public required List<ReadOnlyMemory<byte>> Elements { get; init; }

    /// <summary>Agreed time of the batch, microseconds since the Unix epoch.</summary>
    public required long NowMicros { get; init; }

    /// <summary>Counted bytes from which on nothing may grow.</summary>
    public required long StateBytesMax { get; init; }

    /// <summary>The arguments left.</summary>
    public CanonicalReader Arguments;

    /// <summary>How many they are.</summary>
    public int ArgumentCount;

    /// <summary>
    /// The first expiry among the entries that replies rest on; <see cref="long.MaxValue"/> if none expires.
    /// </summary>
    public long FirstExpiryMicros;

    /// <summary>Units of work that the operation may still do.</summary>
    public required long WorkLeft { get; set; }

    /// <summary>Agreed numbers, by which commands that change something choose.</summary>
    public SeededNumbers Chance;

    // What a batch of the smallest replies may still need when a large one has taken the rest.
    private const int ReservedBytes = KvLimits.CommandsMax * CanonicalFormat.HeaderBytesMax + 64;

    /// <summary>Reads a key, field or member.</summary>
    public bool TryKey(out ReadOnlySpan<byte> key) => TryBinary(KvLimits.KeyBytesMax, out key);

    /// <summary>Reads a value or element.</summary>
    public bool TryValue(out ReadOnlySpan<byte> value) => TryBinary(KvLimits.ValueBytesMax, out value);

    public bool TryInteger(out long value)
    {
        if (ArgumentCount-- > 0 && Arguments.TryReadInteger(out value)) return true;
        value = 0;
        return Malformed();
    }

    public bool TryInteger(long min, long max, out long value) =>
        TryInteger(out value) && (value >= min && value <= max || Malformed());

    /// <summary>Reads flags of which only some make sense.</summary>
    public bool TryFlags(WriteFlags allowed, out WriteFlags flags)
    {
        bool read = TryInteger(0, (long)WriteFlags.All, out long value);
        flags = (WriteFlags)value;
        return read && ((flags & ~allowed) == 0 || Malformed());
    }

    /// <summary>All arguments have been read.</summary>
    public bool TryEnd() => ArgumentCount == 0 && Arguments.AtEnd || Malformed();

    /// <summary>
    /// Checks that only keys follow, at least one, charges for them, and reads none of them. In groups of
    /// <paramref name="groupLength"/> if larger than 1: a key and values.
    /// </summary>
    public bool TryKeysAhead(int groupLength = 1) => TryAhead(groupLength, firstIsKey: true);

    /// <summary>Checks that only values follow, at least one, charges for them, and reads none of them.</summary>
    public bool TryValuesAhead() => TryAhead(1, firstIsKey: false);

    /// <summary>The visible entry of the key, or null.</summary>
    public KvEntry? Find(ReadOnlySpan<byte> key)
    {
        KvEntry? entry = State.Find(key, NowMicros);
        if (entry is not null) RestsOn(entry.ExpiresAtMicros);
        return entry;
    }

    /// <summary>The reply holds only until then.</summary>
    public void RestsOn(long expiryMicros) => FirstExpiryMicros = Math.Min(FirstExpiryMicros, expiryMicros);

    /// <summary>The visible entry of the key, which is a string, or null.</summary>
    public bool TryFindString(ReadOnlySpan<byte> key, out KvEntry? entry)
    {
        entry = Find(key);
        return entry is null || entry.IsString || Fail(KvErrorCode.WrongType);
    }

    /// <summary>The visible entry of the key, which holds such a collection, or null.</summary>
    public bool TryFind<TCollection>(ReadOnlySpan<byte> key, out KvEntry? entry, out TCollection? collection)
        where TCollection : Collection
    {
        entry = Find(key);
        collection = entry?.Collection as TCollection;
        return entry is null || collection is not null || Fail(KvErrorCode.WrongType);
    }

    /// <summary>
    /// Charges so many units of work, before they are done and before anything is changed; all but what is a constant
    /// for each command, which was charged before it. False if they are more than the operation has left.
    /// </summary>
    public bool TryCharge(long work)
    {
        if (work > WorkLeft) return Fail(KvErrorCode.TooMuchWork);
        WorkLeft -= work;
        return true;
    }

    /// <summary>Charges for finding, changing or removing so many keys, fields, members or elements.</summary>
    public bool TryChargeLookups(long count) => TryCharge(count * KvLimits.WorkPerLookup);

    /// <summary>Charges for walking past so many entries, fields, members or elements.</summary>
    public bool TryChargeSteps(long count) => TryCharge(count * KvLimits.WorkPerStep);

    /// <summary>Charges for a change of an entry that keeps its value: that is copied, and hashed again.</summary>
    public bool TryChargeKept(KvEntry? entry) => entry is not { IsString: true } || TryCharge(entry.Bytes.Length);

    /// <summary>The state may still grow.</summary>
    public readonly bool TryGrow() => State.Bytes < StateBytesMax || Fail(KvErrorCode.StateFull);

    /// <summary>The state may still grow by so much, counted bytes.</summary>
    public readonly bool TryGrow(long bytes) => bytes <= StateBytesMax - State.Bytes || Fail(KvErrorCode.StateFull);

    /// <summary>A binary of this length still fits into the reply.</summary>
    public readonly bool Fits(int length) =>
        Reply.Length + length + CanonicalFormat.HeaderBytesMax + ReservedBytes <= KvLimits.ReplyBytesMax;

    /// <summary>A binary of this length, or many of this total length, still fits into the reply.</summary>
    public readonly bool TryFit(long length, int count = 1) =>
        Reply.Length + length + ReservedBytes + (long)CanonicalFormat.HeaderBytesMax * (count + 1)
            <= KvLimits.ReplyBytesMax
            || Fail(KvErrorCode.ReplyTooLong);

    /// <summary>Resolves when an entry expires. <see cref="long.MaxValue"/>: never.</summary>
    public bool TryReadExpiry(WriteFlags flags, long kept, out long expiryMicros)
    {
        expiryMicros = kept;
        switch (flags & (WriteFlags.KeepExpiry | WriteFlags.ExpiresIn | WriteFlags.ExpiresAt | WriteFlags.Persist))
        {
            case 0 or WriteFlags.Persist:
                expiryMicros = long.MaxValue;
                return TryEnd();
            case WriteFlags.KeepExpiry:
                return TryEnd();
            case WriteFlags.ExpiresIn:
                if (!TryInteger(out expiryMicros) || !TryEnd()) return false;
                if (expiryMicros > KvLimits.ExpiryMicrosMax - NowMicros || expiryMicros < -NowMicros)
                    return Fail(KvErrorCode.InvalidExpiry);
                expiryMicros += NowMicros;
                return true;
            case WriteFlags.ExpiresAt:
                if (!TryInteger(out expiryMicros) || !TryEnd()) return false;
                return expiryMicros is >= 0 and <= KvLimits.ExpiryMicrosMax || Fail(KvErrorCode.InvalidExpiry);
            default:
                return Malformed();
        }
    }

    public readonly bool Malformed() => Fail(KvErrorCode.Malformed);

    /// <summary>Writes the error as the reply. Always false.</summary>
    public readonly bool Fail(KvErrorCode error)
    {
        Reply.WriteError(error);
        return false;
    }

    private bool TryBinary(int lengthMax, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (ArgumentCount-- <= 0 || !Arguments.TryReadBinary(out bytes)) return Malformed();
        return bytes.Length <= lengthMax || Fail(KvErrorCode.TooLong);
    }

    private bool TryAhead(int groupLength, bool firstIsKey)
    {
        if (ArgumentCount <= 0 || ArgumentCount % groupLength != 0) return Malformed();
        CanonicalReader ahead = Arguments;
        for (int i = 0; i < ArgumentCount; i++)
        {
            if (!ahead.TryReadBinary(out ReadOnlySpan<byte> bytes)) return Malformed();
            bool isKey = firstIsKey && i % groupLength == 0;
            if (bytes.Length > (isKey ? KvLimits.KeyBytesMax : KvLimits.ValueBytesMax))
                return Fail(KvErrorCode.TooLong);
        }
        return ahead.AtEnd ? TryChargeLookups(ArgumentCount / groupLength) : Malformed();
    }
}
