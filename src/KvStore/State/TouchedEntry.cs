namespace KvStore.State;

/// <summary>What was touched of an entry since the last freeze.</summary>
internal struct TouchedEntry
{
    /// <summary>It held a collection at the last freeze, and that is gone, with its elements.</summary>
    public bool Removes { get; set; }

    /// <summary>It was added, replaced or removed: every element that it has is new.</summary>
    public bool IsWhole { get; set; }

    /// <summary>
    /// The touched elements of the collection that it held at the last freeze and still holds; null if it held none, or
    /// if the entry is touched as a whole.
    /// </summary>
    public CowTree<KvSet.Present>? Elements { get; set; }
}
