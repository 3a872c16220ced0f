using KvStore;

namespace BftCloud.Features.Kv;

/// <summary>A change in JSON. Keys and values are as in <see cref="KvListing"/>.</summary>
/// <param name="Kind">What happened, as in the text.</param>
/// <param name="Revision">The store's revision after it.</param>
internal sealed record KvChangeLine(string Kind, long Revision)
{
    /// <summary>The agreed time.</summary>
    public DateTimeOffset? Time { get; init; }

    public string? Key { get; init; }

    public string? KeyBase64 { get; init; }

    /// <summary>The whole string's length, bytes, or the number of elements.</summary>
    public long? Size { get; init; }

    /// <summary>The first bytes of the string.</summary>
    public string? Value { get; init; }

    public string? ValueBase64 { get; init; }

    /// <summary>How many changes of all keys were missed.</summary>
    public long? Missed { get; init; }

    public static KvChangeLine Of(KvChange change)
    {
        KvChangeLine line = new(KvChangeText.NameOf(change.Kind), change.Revision) { Time = change.Time };
        if (change.Kind == KvChangeKind.Missed) return line with { Missed = change.Size };
        if (change.Kind is KvChangeKind.Begun or KvChangeKind.Cleared) return line;
        KvListing listing = KvListing.Of(new KvPair(change.Key, change.Value));
        line = line with { Key = listing.Key, KeyBase64 = listing.KeyBase64 };
        if (change.Kind is KvChangeKind.Deleted or KvChangeKind.Expired) return line;
        return line with { Size = change.Size, Value = listing.Value, ValueBase64 = listing.ValueBase64 };
    }
}
