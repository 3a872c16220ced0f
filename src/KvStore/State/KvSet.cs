using BftCloud.Primitives;

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

    public override IEnumerable<byte[]> Labels => _members.Keys;

    public override Collection Fork() => new KvSet(this);

    public bool Contains(ReadOnlySpan<byte> member) => _members.TryGet(member, out _);

    public CowTreeCursor<Present> Walk() => _members.Walk();

    /// <summary>The member that so many others precede.</summary>
    public byte[] At(int rank) => _members.At(rank).Key;

    public bool Add(ReadOnlySpan<byte> member) => Add(member, null);

    /// <summary>Adds a member, and keeps the array, which must not change.</summary>
    public bool AddOwned(byte[] member) => Add(member, member);

    public bool Remove(ReadOnlySpan<byte> member)
    {
        if (!_members.Remove(member, out _)) return false;
        Removed(member, []);
        return true;
    }

    public override bool TryWrite(ReadOnlySpan<byte> label, ByteBuffer value) => Contains(label);

    public override bool TryRestore(scoped ReadOnlySpan<byte> label, ref CanonicalReader value) => Add(label);

    private bool Add(ReadOnlySpan<byte> member, byte[]? owned)
    {
        _members.GetOrAdd(member, owned, out bool added);
        if (added) Added(member, []);
        return added;
    }
}
