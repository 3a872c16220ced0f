namespace BftSmr;

/// <summary>What became of one record of a state, or of all whose keys begin alike.</summary>
public enum StateChangeKind
{
    /// <summary>All records whose keys begin with this one, it too, that were put before: they are gone.</summary>
    RemoveAll = 0,

    /// <summary>The record is gone, or there never was one.</summary>
    Remove = 1,

    /// <summary>The record has this value.</summary>
    Put = 2,
}

/// <summary>
/// One change of a state that is kept as records: byte strings by their keys, which are ordered by their bytes.
/// </summary>
public readonly ref struct StateChange
{
    /// <summary>The longest key, bytes. Longer names can be hashed, and stand in the value.</summary>
    public const int KeyBytesMax = 1024;

    /// <summary>The longest value, bytes.</summary>
    public const int ValueBytesMax = 1 << 20;

    private StateChange(StateChangeKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.Length > KeyBytesMax)
            throw new ArgumentException($"A key of {key.Length} bytes is longer than {KeyBytesMax}.", nameof(key));
        if (value.Length > ValueBytesMax)
            throw new ArgumentException(
                $"A value of {value.Length} bytes is longer than {ValueBytesMax}: cut it into records.", nameof(value));
        Kind = kind;
        Key = key;
        Value = value;
    }

    /// <summary>What became of the record.</summary>
    public StateChangeKind Kind { get; }

    /// <summary>The record's key, or what the keys begin with; at most <see cref="KeyBytesMax"/> bytes.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The value that was put; empty for a removal.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The record has this value now.</summary>
    /// <exception cref="ArgumentException">Key or value is too long.</exception>
    public static StateChange Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        new(StateChangeKind.Put, key, value);

    /// <summary>The record is gone.</summary>
    /// <exception cref="ArgumentException">The key is too long.</exception>
    public static StateChange Remove(ReadOnlySpan<byte> key) => new(StateChangeKind.Remove, key, default);

    /// <summary>
    /// All records put before whose keys begin with these bytes are gone. It comes before all changes of such keys.
    /// </summary>
    /// <exception cref="ArgumentException">The key is too long.</exception>
    public static StateChange RemoveAll(ReadOnlySpan<byte> prefix) => new(StateChangeKind.RemoveAll, prefix, default);
}
