namespace KvStore.Commands;

/// <summary>An end of a range of members: a member, or what is before or behind all.</summary>
internal readonly ref struct MemberBound
{
    /// <summary>-1: before all members. 1: behind all. 0: <see cref="Bytes"/>.</summary>
    public int Infinity { get; private init; }

    public ReadOnlySpan<byte> Bytes { get; private init; }

    /// <summary>How a member compares with it.</summary>
    public int Compare(ReadOnlySpan<byte> member) => Infinity == 0 ? member.SequenceCompareTo(Bytes) : -Infinity;

    public static bool TryRead(scoped ref CommandContext c, out MemberBound bound)
    {
        int infinity = c.Arguments.TryReadNil() ? -1 : c.Arguments.TryReadTrue() ? 1 : 0;
        bound = new MemberBound { Infinity = infinity };
        if (infinity != 0) return c.ArgumentCount-- > 0 || c.Malformed();
        if (!c.TryKey(out ReadOnlySpan<byte> bytes)) return false;
        bound = new MemberBound { Bytes = bytes };
        return true;
    }
}
