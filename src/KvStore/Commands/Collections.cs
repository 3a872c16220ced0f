using System.Diagnostics.CodeAnalysis;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>What the commands on collections share.</summary>
internal static class Collections
{
    /// <summary>The collection of the entry, to be changed; made, with the entry, if there is none.</summary>
    public static Collection Edit(
        KvState state, ReadOnlySpan<byte> key, [NotNull] ref KvEntry? entry, Func<Generation, Collection> create)
    {
        if (entry is not null)
        {
            entry = state.Edit(entry);
            return entry.Collection!;
        }
        entry = state.Add(key);
        Collection created = create(state.Generation);
        entry.SetCollection(created);
        return created;
    }

    /// <summary>Counts an edited entry again; an empty collection does not stay.</summary>
    public static void ChangedOrEmptied(KvState state, KvEntry entry)
    {
        state.Changed(entry, isTold: entry.Collection!.Count > 0);
        if (entry.Collection!.Count == 0) state.Remove(entry);
    }

    /// <summary>
    /// Reads the last arguments of a paged listing: the element after which to go on, or nil, and how many elements to
    /// list.
    /// </summary>
    public static bool TryReadPage(
        ref CommandContext c, out ReadOnlySpan<byte> after, out bool continues, out int limit)
    {
        after = default;
        limit = 0;
        continues = !c.Arguments.TryReadNil();
        if (!continues) c.ArgumentCount--;
        else if (!c.TryKey(out after)) return false;
        if (!c.TryInteger(1, KvLimits.ListEntriesMax, out long count) || !c.TryEnd() || !c.TryChargeSteps(count))
            return false;
        limit = (int)count;
        return true;
    }
}
