using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore;

/// <summary>
/// Takes replies apart. That they have another shape than the command promises means another release at the replicas.
/// </summary>
internal static class ReplyShape
{
    public static long Integer(ReadOnlyMemory<byte> reply)
    {
        CanonicalReader reader = Begin(reply);
        return reader.TryReadInteger(out long value) && reader.AtEnd ? value : throw Unexpected();
    }

    public static ReadOnlyMemory<byte>? Value(ReadOnlyMemory<byte> reply)
    {
        CanonicalReader reader = Begin(reply);
        return Value(ref reader);
    }

    public static ReadOnlyMemory<byte>? Value(ref CanonicalReader reader)
    {
        if (reader.TryReadNil()) return null;
        return reader.TryReadBinary(int.MaxValue, out ReadOnlyMemory<byte> value) ? value : throw Unexpected();
    }

    /// <summary>True if the command did what it was for, false if its reply is nil.</summary>
    public static bool Done(ReadOnlyMemory<byte> reply)
    {
        CanonicalReader reader = Begin(reply);
        return reader.TryReadTrue() || (reader.TryReadNil() ? false : throw Unexpected());
    }

    /// <summary>A reader of the reply, unless it is an error.</summary>
    /// <exception cref="KvException">It is.</exception>
    public static CanonicalReader Begin(ReadOnlyMemory<byte> reply)
    {
        CanonicalReader reader = new(reply);
        if (reader.TryReadError(out KvErrorCode error)) throw new KvException(error);
        return reader;
    }

    public static KvException Unexpected() => new(KvErrorCode.Malformed);
}
