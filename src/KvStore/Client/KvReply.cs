using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore;

/// <summary>The reply to one command of a batch: a value, a number, or success without either.</summary>
public sealed class KvReply
{
    private readonly ReadOnlyMemory<byte>? _value;
    private readonly long? _integer;
    private readonly bool _succeeded;

    private KvReply(
        bool succeeded, ReadOnlyMemory<byte>? value = null, long? integer = null, KvErrorCode? error = null) =>
        (_succeeded, _value, _integer, Error) = (succeeded, value, integer, error);

    /// <summary>Why this command was refused; null if it was not.</summary>
    public KvErrorCode? Error { get; }

    /// <summary>The command did what it was for: a conditional put did put.</summary>
    /// <exception cref="KvException">The command was refused.</exception>
    public bool Succeeded => Check(_succeeded);

    /// <summary>The value it replied with; null if there is none.</summary>
    /// <exception cref="KvException">The command was refused.</exception>
    public ReadOnlyMemory<byte>? Value => Check(_value);

    /// <summary>The number it replied with.</summary>
    /// <exception cref="KvException">The command was refused.</exception>
    /// <exception cref="InvalidOperationException">This command does not reply with a number.</exception>
    public long Integer =>
        Check(_integer) ?? throw new InvalidOperationException(
            "This command does not reply with a number. Read Value or Succeeded.");

    internal static KvReply Read(ref CanonicalReader reader)
    {
        if (reader.TryReadNil()) return new KvReply(succeeded: false);
        if (reader.TryReadTrue()) return new KvReply(succeeded: true);
        if (reader.TryReadInteger(out long integer)) return new KvReply(succeeded: true, integer: integer);
        if (reader.TryReadError(out KvErrorCode error)) return new KvReply(succeeded: false, error: error);
        if (reader.TryReadBinary(int.MaxValue, out ReadOnlyMemory<byte> value))
            return new KvReply(succeeded: true, value: value);
        throw ReplyShape.Unexpected();
    }

    private T Check<T>(T result) => Error is { } error ? throw new KvException(error) : result;
}
