using BftCloud.Primitives;
using BftSmr;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>
/// Streams what was touched of a frozen state, as <see cref="RecordFormat"/> says. Sorts long names, and otherwise
/// holds little more than one record at a time.
/// </summary>
internal sealed class KvStateChanges(FrozenState frozen) : IStateChanges
{
    private readonly ByteBuffer _key = new(StateChange.KeyBytesMax);
    private readonly ByteBuffer _value = new(bytesKeptMax: StateChange.ValueBytesMax);
    private IEnumerator<StateChangeKind>? _changes;
    private FrozenState? _frozen = frozen;
    private RecordLookup? _lookup;

    /// <inheritdoc/>
    public bool TryRead(out StateChange change)
    {
        change = default;
        if (_frozen is null) return false;
        _changes ??= Changes(_frozen).GetEnumerator();
        if (!_changes.MoveNext()) return false;
        change = _changes.Current switch
        {
            StateChangeKind.RemoveAll => StateChange.RemoveAll(_key.Written),
            StateChangeKind.Remove => StateChange.Remove(_key.Written),
            _ => StateChange.Put(_key.Written, _value.Written),
        };
        return true;
    }

    /// <inheritdoc/>
    public bool Has(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        _frozen is null || (_lookup ??= new RecordLookup(_frozen)).Has(key, value);

    /// <inheritdoc/>
    public void Dispose()
    {
        _changes?.Dispose();
        (_changes, _frozen, _lookup) = (null, null, null);
    }

    /// <summary>All changes. Key and value of each are in the buffers when it comes.</summary>
    private IEnumerable<StateChangeKind> Changes(FrozenState frozen)
    {
        if (frozen.IsHeaderTouched)
        {
            Begin();
            RecordFormat.WriteHeader(_key);
            frozen.Header.Write(_value);
            yield return StateChangeKind.Put;
        }
        foreach (long first in frozen.Recent.Gone)
        {
            Begin();
            RecordFormat.WritePage(_key, first);
            yield return StateChangeKind.Remove;
        }
        foreach ((long first, ReadOnlyMemory<byte> page) in frozen.Recent.Written)
        {
            Begin();
            RecordFormat.WritePage(_key, first);
            _value.WriteElements(page.Span);
            yield return StateChangeKind.Put;
        }
        TouchedEntries touched = frozen.Touched;
        if (touched.RemovesAll)
        {
            Begin();
            RecordFormat.WriteEntries(_key);
            yield return StateChangeKind.RemoveAll;
        }
        foreach (RecordName key in RecordName.InOrder(touched.IsAll ? frozen.Entries.Keys : touched.Keys))
        {
            KvEntry? entry = frozen.Entries.TryGet(key.Bytes, out KvEntry found) ? found : null;
            foreach (StateChangeKind kind in Entry(key, entry, touched.Of(key.Bytes))) yield return kind;
        }
    }

    private IEnumerable<StateChangeKind> Entry(RecordName key, KvEntry? entry, TouchedEntry touched)
    {
        Begin();
        RecordFormat.WriteEntry(_key, key);
        int keyLength = _key.Length;
        if (touched.Removes) yield return StateChangeKind.RemoveAll;
        if (entry is null)
        {
            if (!touched.Removes) yield return StateChangeKind.Remove;
            yield break;
        }
        if (key.IsLong) _value.WriteBinary(key.Bytes);
        entry.WriteRecord(_value);
        yield return StateChangeKind.Put;
        if (entry.Collection is not { } collection) yield break;
        foreach (RecordName label in RecordName.InOrder(touched.IsWhole ? collection.Labels : touched.Elements!.Keys))
            yield return Element(keyLength, collection, label);
    }

    /// <param name="entryKeyLength">So much of the key is that of the entry's record.</param>
    /// <param name="collection">What the entry holds.</param>
    /// <param name="label">The label of an element that is there, or was.</param>
    private StateChangeKind Element(int entryKeyLength, Collection collection, RecordName label)
    {
        _key.Length = entryKeyLength;
        RecordFormat.WriteElement(_key, label);
        _value.Reset();
        if (label.IsLong) _value.WriteBinary(label.Bytes);
        return collection.TryWrite(label.Bytes, _value) ? StateChangeKind.Put : StateChangeKind.Remove;
    }

    private void Begin()
    {
        _key.Reset();
        _value.Reset();
    }
}
