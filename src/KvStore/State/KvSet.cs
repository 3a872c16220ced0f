namespace KvStore.State;

/// <summary>Members, ordered by their bytes.</summary>
internal sealed class KvSet : Collection
{
    /// <summary>The value of a tree that has only keys.</summary>
    internal readonly struct Present;

    private readonly CowTree<Present> _members;

    public KvSet(Generation generation) => _members = new(generation);

    private KvSet(KvSet source) : base(source) => _members = source._members.Fork();

    public override ValueType Type => ValueType.Set;
    public override int Count => _members.Count;

    public override Collection Fork() => new KvSet(this);

    public bool Contains(ReadOnlySpan<byte> member) => _members.TryGet(member, out _);

    public CowTreeCursor<Present> Walk() => _members.Walk();

    public bool Add(ReadOnlySpan<byte> member)
    {
        _members.GetOrAdd(member, null, out bool added);
        if (added) Added(member, []);
        return added;
    }

    public bool Remove(ReadOnlySpan<byte> member)
    {
        if (!_members.Remove(member, out _)) return false;
        Removed(member, []);
        return true;
    }
}
