using KvStore.Operations;
using KvStore.State;

namespace KvStore.Commands;

/// <summary>
/// What is expected of a key, as one element: nil - it is not there; true - it is there; a binary - it holds that string; an integer - its revision, 0
/// if it is not there.
/// </summary>
internal static class Condition
{
    public static bool IsExpectation(ReadOnlySpan<byte> element) =>
        new PackReader(element).Next is PackKind.Nil or PackKind.True or PackKind.Binary or PackKind.Integer;

    public static bool Holds(ReadOnlySpan<byte> expected, KvEntry? entry)
    {
        PackReader reader = new(expected);
        if (reader.TryReadNil()) return entry is null;
        if (reader.TryReadTrue()) return entry is not null;
        if (reader.TryReadInteger(out long revision)) return revision == (entry?.Revision ?? 0);
        return reader.TryReadBinary(out ReadOnlySpan<byte> value) && entry is { IsString: true } && value.SequenceEqual(entry.Bytes);
    }
}
