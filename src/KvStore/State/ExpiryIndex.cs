namespace KvStore.State;

/// <summary>The entries that expire, ordered by when, then by key: the same order at all replicas.</summary>
internal sealed class ExpiryIndex
{
    private readonly record struct Item(long ExpiresAtMicros, byte[] Key);

    private sealed class Order : IComparer<Item>
    {
        public int Compare(Item x, Item y)
        {
            int byTime = x.ExpiresAtMicros.CompareTo(y.ExpiresAtMicros);
            return byTime != 0 ? byTime : x.Key.AsSpan().SequenceCompareTo(y.Key);
        }
    }

    private readonly SortedSet<Item> _items = new(new Order());

    /// <summary>When the first expires; <see cref="long.MaxValue"/> if none does.</summary>
    public long FirstMicros => _items.Count == 0 ? long.MaxValue : _items.Min.ExpiresAtMicros;

    public void Add(KvEntry entry)
    {
        if (entry.Expires) _items.Add(new Item(entry.ExpiresAtMicros, entry.Key));
    }

    public void Remove(KvEntry entry)
    {
        if (entry.Expires) _items.Remove(new Item(entry.ExpiresAtMicros, entry.Key));
    }

    /// <summary>The key of the first entry if it has expired.</summary>
    public bool TryGetExpired(long nowMicros, out byte[] key)
    {
        Item first = _items.Min;
        key = first.Key;
        return _items.Count > 0 && first.ExpiresAtMicros <= nowMicros;
    }

    public void Clear() => _items.Clear();
}
