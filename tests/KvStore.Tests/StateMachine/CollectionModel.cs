using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>
/// What the commands on sets and lists mean, as plainly as it can be said. Latin-1 strings stand for bytes; replies are
/// as <see cref="Op.Read(ReadOnlyMemory{byte})"/> gives them.
/// </summary>
internal sealed class CollectionModel
{
    private readonly SortedDictionary<string, object> _held = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => _held.Keys;

    /// <summary>All that a key holds, in order.</summary>
    public object?[] Elements(string key) => [.. (IEnumerable<string>)_held[key]];

    public bool IsSet(string key) => _held[key] is SortedSet<string>;

    public object? Delete(string key) => _held.Remove(key) ? 1L : 0L;

    public object? Copy(string from, string to, WriteFlags flags)
    {
        if (!_held.TryGetValue(from, out object? held)) return 0L;
        if (_held.ContainsKey(to) && flags == WriteFlags.IfAbsent) return 0L;
        _held[to] = held is SortedSet<string> set ? NewSet(set) : new List<string>((List<string>)held);
        return 1L;
    }

    public object? Add(string key, string[] members)
    {
        if (!TryFind(key, out SortedSet<string>? set)) return KvErrorCode.WrongType;
        _held[key] = set ??= NewSet([]);
        return (long)members.Count(set.Add);
    }

    public object? Remove(string key, string[] members)
    {
        if (!TryFind(key, out SortedSet<string>? set)) return KvErrorCode.WrongType;
        if (set is null) return 0L;
        long removed = members.Count(set.Remove);
        if (set.Count == 0) _held.Remove(key);
        return removed;
    }

    public object? Combine(SetCombination how, string[] keys) =>
        TryCombine(how, keys, out SortedSet<string> combined) ? combined.ToArray<object?>() : KvErrorCode.WrongType;

    public object? CombineAndStore(SetCombination how, string to, string[] keys)
    {
        if (!TryCombine(how, keys, out SortedSet<string> combined)) return KvErrorCode.WrongType;
        if (combined.Count > 0) _held[to] = combined;
        else _held.Remove(to);
        return (long)combined.Count;
    }

    public object? IntersectionCount(long limit, string[] keys) =>
        TryCombine(SetCombination.Intersection, keys, out SortedSet<string> combined)
            ? limit == 0 ? combined.Count : Math.Min(limit, combined.Count)
            : KvErrorCode.WrongType;

    /// <summary>Checks what was chosen, and takes it away if it was popped.</summary>
    public void Choose(string key, long count, bool pops, object? reply)
    {
        if (!TryFind(key, out SortedSet<string>? set))
        {
            Assert.Equal(KvErrorCode.WrongType, reply);
            return;
        }
        string[] chosen = [.. ((object?[])reply!).Select(static m => (string)m!)];
        int size = set?.Count ?? 0;
        Assert.Equal(size == 0 ? 0 : count < 0 ? -count : Math.Min(count, size), chosen.Length);
        Assert.All(chosen, member => Assert.Contains(member, set!));
        if (count >= 0) Assert.Equal(chosen.Distinct().Order(StringComparer.Ordinal), chosen);
        if (pops) Remove(key, chosen);
    }

    public object? Push(string key, int side, string[] elements)
    {
        if (!TryFind(key, out List<string>? list)) return KvErrorCode.WrongType;
        _held[key] = list ??= [];
        foreach (string element in elements) list.Insert(side == 0 ? 0 : list.Count, element);
        return (long)list.Count;
    }

    public object? RemoveElements(string key, long count, string element)
    {
        if (!TryFind(key, out List<string>? list)) return KvErrorCode.WrongType;
        long removed = 0;
        while (list is not null && (count == 0 || removed < Math.Abs(count)))
        {
            int index = count < 0 ? list.LastIndexOf(element) : list.IndexOf(element);
            if (index < 0) break;
            list.RemoveAt(index);
            removed++;
        }
        if (list is { Count: 0 }) _held.Remove(key);
        return removed;
    }

    public object? Insert(string key, int side, string pivot, string element)
    {
        if (!TryFind(key, out List<string>? list)) return KvErrorCode.WrongType;
        if (list is null) return 0L;
        int index = list.IndexOf(pivot);
        if (index < 0) return -1L;
        list.Insert(index + side, element);
        return (long)list.Count;
    }

    public object? Position(string key, string element, long rank, long count, long lookedAtMax)
    {
        if (!TryFind(key, out List<string>? list)) return KvErrorCode.WrongType;
        IEnumerable<int> indices = Enumerable.Range(0, list?.Count ?? 0);
        if (rank < 0) indices = indices.Reverse();
        if (lookedAtMax > 0) indices = indices.Take((int)lookedAtMax);
        object?[] found = [.. indices.Where(i => list![i] == element)
            .Skip((int)Math.Abs(rank) - 1).Select(static i => (object?)(long)i)];
        if (count < 0) return found.FirstOrDefault();
        return count == 0 ? found : [.. found.Take((int)count)];
    }

    public object? PopFirst(int side, long count, string[] keys)
    {
        foreach (string key in keys)
        {
            if (!TryFind(key, out List<string>? list)) return KvErrorCode.WrongType;
            if (list is null) continue;
            List<object?> popped = [];
            while (popped.Count < count && list.Count > 0)
            {
                int index = side == 0 ? 0 : list.Count - 1;
                popped.Add(list[index]);
                list.RemoveAt(index);
            }
            if (list.Count == 0) _held.Remove(key);
            return new object?[] { key, popped.ToArray() };
        }
        return null;
    }

    private static SortedSet<string> NewSet(IEnumerable<string> members) => new(members, StringComparer.Ordinal);

    private bool TryCombine(SetCombination how, string[] keys, out SortedSet<string> combined)
    {
        combined = NewSet([]);
        for (int i = 0; i < keys.Length; i++)
        {
            if (!TryFind(keys[i], out SortedSet<string>? set)) return false;
            set ??= NewSet([]);
            if (i == 0 || how == SetCombination.Union) combined.UnionWith(set);
            else if (how == SetCombination.Intersection) combined.IntersectWith(set);
            else combined.ExceptWith(set);
        }
        return true;
    }

    private bool TryFind<T>(string key, out T? held) where T : class
    {
        bool isThere = _held.TryGetValue(key, out object? found);
        held = found as T;
        return !isThere || held is not null;
    }
}
