using KvStore.Operations;

namespace KvStore.Client;

/// <summary>Takes replies apart. That they have another shape than the command promises means another release at the replicas.</summary>
internal static class ReplyShape
{
    public static long Integer(ReadOnlyMemory<byte> reply)
    {
        PackReader reader = Begin(reply);
        return reader.TryReadInteger(out long value) && reader.AtEnd ? value : throw Unexpected();
    }

    public static ReadOnlyMemory<byte>? Value(ReadOnlyMemory<byte> reply)
    {
        PackReader reader = Begin(reply);
        return Value(reply, ref reader);
    }

    public static ReadOnlyMemory<byte>? Value(ReadOnlyMemory<byte> reply, ref PackReader reader)
    {
        if (reader.TryReadNil()) return null;
        if (!reader.TryReadBinary(out ReadOnlySpan<byte> bytes)) throw Unexpected();
        return reply.Slice(reply.Length - reader.Rest.Length - bytes.Length, bytes.Length);
    }

    /// <summary>True if the command did what it was for, false if its reply is nil.</summary>
    public static bool Done(ReadOnlyMemory<byte> reply)
    {
        PackReader reader = Begin(reply);
        return reader.TryReadTrue() || (reader.TryReadNil() ? false : throw Unexpected());
    }

    /// <summary>A reader of the reply, unless it is an error.</summary>
    /// <exception cref="KvException">It is.</exception>
    public static PackReader Begin(ReadOnlyMemory<byte> reply)
    {
        PackReader reader = new(reply.Span);
        if (reader.TryReadError(out KvErrorCode error)) throw new KvException(error);
        return reader;
    }

    public static KvException Unexpected() => new(KvErrorCode.Malformed);
}
