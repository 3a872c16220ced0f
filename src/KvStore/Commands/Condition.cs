using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.State;
using MessagePack;

namespace KvStore.Commands;

/// <summary>
/// What is expected of a key, as one element: nil - it is not there; true - it is there; a binary - it holds that
/// string; an integer - its revision, 0 if it is not there.
/// </summary>
internal static class Condition
{
    public static bool IsExpectation(ReadOnlyMemory<byte> element) =>
        new CanonicalReader(element).Next is MessagePackType.Nil or MessagePackType.Boolean
            or MessagePackType.Binary or MessagePackType.Integer;

    public static bool Holds(ReadOnlyMemory<byte> expected, KvEntry? entry)
    {
        CanonicalReader reader = new(expected);
        if (reader.TryReadNil()) return entry is null;
        if (reader.TryReadTrue()) return entry is not null;
        if (reader.TryReadInteger(out long revision)) return revision == (entry?.Revision ?? 0);
        return reader.TryReadBinary(out ReadOnlySpan<byte> value)
            && entry is { IsString: true }
            && value.SequenceEqual(entry.Bytes);
    }
}
