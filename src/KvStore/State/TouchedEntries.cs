namespace KvStore.State;

/// <summary>
/// The entries that were touched since the last freeze or load: a function of the commands executed since then alone.
/// A change takes one look-up. A collection that goes as a whole takes no room for its elements. It is a tree, as no
/// hash that is the same at all replicas withstands clients that choose the keys, and as records come in order.
/// </summary>
internal sealed class TouchedEntries
{
    private readonly Generation _generation = new();
    private readonly CowTree<TouchedEntry> _entries;

    private TouchedEntries(bool isAll, bool removesAll)
    {
        _entries = new(_generation);
        (IsAll, RemovesAll) = (isAll, removesAll);
    }

    /// <summary>Every entry that there is was touched, and none is noted.</summary>
    public bool IsAll { get; }

    /// <summary>All that was there at the last freeze is gone.</summary>
    public bool RemovesAll { get; }

    /// <summary>Of a state that was never frozen nor loaded.</summary>
    public static TouchedEntries Everything() => new(isAll: true, removesAll: false);

    /// <summary>Of a state that was just frozen or loaded.</summary>
    public static TouchedEntries Nothing() => new(isAll: false, removesAll: false);

    /// <summary>All entries are removed; what comes from now on is new.</summary>
    public TouchedEntries Cleared() => IsAll ? this : new(isAll: true, removesAll: true);

    /// <summary>An entry comes, at a key without one.</summary>
    public void Add(byte[] key)
    {
        if (IsAll) return;
        _entries.GetOrAdd(key, key, out _).IsWhole = true;
    }

    /// <summary>An entry goes, or gets another value.</summary>
    public void Drop(KvEntry entry)
    {
        if (IsAll) return;
        ref TouchedEntry touched = ref _entries.GetOrAdd(entry.Key, entry.Key, out _);
        // One that another entry has taken over leaves an empty string, and the elements noted before.
        if (!touched.IsWhole && (entry.Collection is not null || touched.Elements is not null)) touched.Removes = true;
        touched.IsWhole = true;
        touched.Elements = null;
    }

    /// <summary>
    /// An entry is changed in place. Where changes of its elements are to be noted; null if they need not be.
    /// </summary>
    public CowTree<KvSet.Present>? Edit(KvEntry entry)
    {
        if (IsAll) return null;
        ref TouchedEntry touched = ref _entries.GetOrAdd(entry.Key, entry.Key, out _);
        if (entry.Collection is null || touched.IsWhole) return null;
        return touched.Elements ??= new(_generation);
    }

    /// <summary>The keys, ascending, unless all were touched.</summary>
    public IEnumerable<byte[]> Keys => _entries.Keys;

    /// <summary>What was touched of an entry that was.</summary>
    public TouchedEntry Of(byte[] key)
    {
        if (IsAll) return new TouchedEntry { IsWhole = true };
        _entries.TryGet(key, out TouchedEntry touched);
        return touched;
    }
}
