using System.Buffers;
using BftCloud.Primitives;
using BftSmr;

namespace KvStore.State;

/// <summary>
/// Builds a state from its records, as <see cref="RecordFormat"/> says, and hands it over when all are there.
/// </summary>
internal sealed class KvStateLoader(Action<KvState> commit) : IStateLoader
{
    private readonly KvState _state = new();
    private readonly ByteBuffer _lastKey = new(StateChange.KeyBytesMax);
    private readonly ByteBuffer _value = new(bytesKeptMax: StateChange.ValueBytesMax);
    private readonly ByteBuffer _name = new(RecordName.BytesMax);
    private StateHeader? _header;

    // The entry under way, if it holds a collection; the last key begins with that of its record.
    private KvEntry? _entry;
    private int _entryKeyLength;
    private long _elements;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The record is none of this store, or is out of place.</exception>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (_header is not null && key.SequenceCompareTo(_lastKey.Written) <= 0)
            throw Refused($"record {Shown(key)} is out of order");
        _value.Reset();
        _value.Write(value);
        CanonicalReader reader = new(_value.WrittenMemory);
        if (_header is null) PutHeader(key, ref reader);
        else if (!key.IsEmpty && key[0] == RecordFormat.Page) PutPage(key, value);
        else if (_entry is not null && key.StartsWith(_lastKey.Written[.._entryKeyLength]))
            PutElement(_entry.Collection!, key, ref reader);
        else PutEntry(key, ref reader);
        _lastKey.Reset();
        _lastKey.Write(key);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">Something is missing.</exception>
    public void Commit()
    {
        if (_header is not { } header) throw Refused("there are no records");
        EndEntry();
        if (_state.Recent.Pages.Count != header.Pages)
            throw Refused($"there are {_state.Recent.Pages.Count} pages of changes in place of {header.Pages}");
        if (_state.Count != header.Entries)
            throw Refused($"there are {_state.Count} entries in place of {header.Entries}");
        _state.Loaded();
        commit(_state);
    }

    public void Dispose() { }

    private void PutHeader(ReadOnlySpan<byte> key, ref CanonicalReader reader)
    {
        if (!key.SequenceEqual([RecordFormat.Header]) || !reader.TryReadInteger(out long version))
            throw Refused($"record {Shown(key)} is no header");
        if (version != RecordFormat.Version)
            throw Refused(
                $"they have version {version}, and this program reads version {RecordFormat.Version}; run the release "
                + "that wrote them");
        if (!StateHeader.TryRead(ref reader, out StateHeader header) || !reader.AtEnd)
            throw Refused("the header is malformed");
        _header = header;
        _state.Revision = header.Revision;
        if (header.UntilMicros > 0) _state.Recent.Restore(header.UntilMicros, header.After);
    }

    private void PutPage(ReadOnlySpan<byte> key, ReadOnlySpan<byte> page)
    {
        if (!RecordFormat.TryReadPage(key, out long first) || _state.Recent.Pages.Count >= _header!.Value.Pages
            || !_state.Recent.TryRestore(first, page, _state.Revision))
            throw Refused($"the recorded changes of record {Shown(key)} are malformed");
    }

    private void PutEntry(ReadOnlySpan<byte> key, ref CanonicalReader reader)
    {
        EndEntry();
        if (!RecordFormat.TryReadEntry(key, _name, out Digest? hash))
            throw Refused($"record {Shown(key)} is none of an entry, nor of an element of the last one");
        if (!TryReadName(ref reader, hash, _name.Written, out ReadOnlySpan<byte> name)
            || !KvEntry.TryRead(name, _state, ref reader, out KvEntry entry, out _elements) || !reader.AtEnd)
            throw Refused($"the entry of record {Shown(key)} is malformed");
        if (entry.IsString) _state.Restore(entry);
        else (_entry, _entryKeyLength) = (entry, key.Length);
    }

    private void PutElement(Collection collection, ReadOnlySpan<byte> key, ref CanonicalReader reader)
    {
        if (!RecordFormat.TryReadElement(key[_entryKeyLength..], out ReadOnlySpan<byte> shortLabel, out Digest? hash)
            || !TryReadName(ref reader, hash, shortLabel, out ReadOnlySpan<byte> label)
            || !collection.TryRestore(label, ref reader) || !reader.AtEnd)
            throw Refused($"the element of record {Shown(key)} is malformed");
    }

    /// <summary>A name that stands in the key of the record, or, if that has its hash, in the value.</summary>
    private static bool TryReadName(
        ref CanonicalReader reader, Digest? hash, ReadOnlySpan<byte> shortName, out ReadOnlySpan<byte> name)
    {
        name = shortName;
        return hash is null
            || reader.TryReadBinary(out name)
            && name.Length <= KvLimits.KeyBytesMax && RecordName.IsLongName(name) && Digest.Of(name) == hash;
    }

    private void EndEntry()
    {
        if (_entry is null) return;
        if (_entry.Collection!.Count != _elements)
            throw Refused(
                $"the entry of record {Shown(_lastKey.Written[.._entryKeyLength])} has {_entry.Collection.Count} "
                + $"elements in place of {_elements}");
        _state.Restore(_entry);
        _entry = null;
    }

    private static string Shown(ReadOnlySpan<byte> key) => $"0x{Convert.ToHexStringLower(key)}";

    private static InvalidDataException Refused(string why) =>
        new($"The records of the key-value store cannot be loaded: {why}.");
}
