using BftCloud.Primitives;
using BftSmr;
using KvStore.State;

namespace KvStore.Tests.StateMachine;

/// <summary>The records of a state, kept by what each freeze says of them.</summary>
internal sealed class StateRecords
{
    private sealed class ByBytes : IComparer<byte[]>
    {
        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }

    private readonly SortedDictionary<byte[], byte[]> _records = new(new ByBytes());

    /// <summary>How many there are.</summary>
    public int Count => _records.Count;

    /// <summary>Takes the changes, which must be in order, and tells them.</summary>
    public IReadOnlyList<TestChange> Apply(IStateChanges changes)
    {
        IReadOnlyList<TestChange> all = TestChange.ReadAll(changes);
        foreach (TestChange change in all)
        {
            switch (change.Kind)
            {
                case StateChangeKind.RemoveAll:
                    byte[][] gone = [.. _records.Keys.Where(k => k.AsSpan().StartsWith(change.Key))];
                    foreach (byte[] key in gone) _records.Remove(key);
                    break;
                case StateChangeKind.Remove:
                    _records.Remove(change.Key);
                    break;
                default:
                    _records[change.Key] = change.Value;
                    break;
            }
        }
        return all;
    }

    public void LoadInto(KvStateMachine store)
    {
        using IStateLoader loader = store.BeginLoad();
        foreach ((byte[] key, byte[] value) in _records) loader.Put(key, value);
        loader.Commit();
    }

    /// <summary>All records, each a key and a value.</summary>
    public byte[] ToBytes() => Op.Bytes(_records.SelectMany(static r => (object?[])[r.Key, r.Value]).ToArray());

    /// <summary>All records of the state that these records make, as if it had never been loaded.</summary>
    public StateRecords WrittenAnew()
    {
        KvState? loaded = null;
        using (KvStateLoader loader = new(state => loaded = state))
        {
            foreach ((byte[] key, byte[] value) in _records) loader.Put(key, value);
            loader.Commit();
        }
        RecentChanges recent = loaded!.Recent;
        FrozenState all = new(
            new StateHeader(loaded.Revision, recent.UntilMicros, recent.After, loaded.Count, recent.Pages.Count),
            IsHeaderTouched: true,
            new TouchedPages([], [.. recent.Pages.Select(static page => (page.FirstRevision, page.Written))]),
            loaded.Freeze().Entries, TouchedEntries.Everything());
        StateRecords anew = new();
        using KvStateChanges changes = new(all);
        anew.Apply(changes);
        return anew;
    }

    /// <summary>
    /// The frozen state has all these records, and none with another value; pages of changes are not looked up.
    /// </summary>
    public void AssertHeldBy(IStateChanges frozen)
    {
        foreach ((byte[] key, byte[] value) in _records)
        {
            Assert.True(frozen.Has(key, value), Convert.ToHexString(key));
            if (key[0] == RecordFormat.Page) continue;
            Assert.False(frozen.Has(key, [.. value, 0]), Convert.ToHexString(key));
            if (value.Length > 0) Assert.False(frozen.Has(key, value.AsSpan()[1..]), Convert.ToHexString(key));
        }
        Assert.False(frozen.Has([], []));
        Assert.False(frozen.Has([RecordFormat.Entry, RecordFormat.Short, 9, 9, 9, 0, 0], [1]));
    }

    /// <summary>Loads records in the order in which they stand, whatever they are.</summary>
    public static StateRecords Load(ReadOnlyMemory<byte> bytes, KvStateMachine store)
    {
        StateRecords loaded = new();
        using IStateLoader loader = store.BeginLoad();
        CanonicalReader reader = new(bytes);
        if (!reader.TryReadArray(out int count) || count % 2 != 0) throw new InvalidDataException("No records.");
        for (int i = 0; i < count; i += 2)
        {
            if (!reader.TryReadBinary(StateChange.KeyBytesMax, out ReadOnlyMemory<byte> key)
                || !reader.TryReadBinary(StateChange.ValueBytesMax, out ReadOnlyMemory<byte> value))
                throw new InvalidDataException("No record.");
            loader.Put(key.Span, value.Span);
            loaded._records.Add(key.ToArray(), value.ToArray());
        }
        if (!reader.AtEnd) throw new InvalidDataException("Something follows the records.");
        loader.Commit();
        return loaded;
    }
}
