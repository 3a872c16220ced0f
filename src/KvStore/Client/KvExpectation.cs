using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore;

/// <summary>What a key is expected to hold for an operation to be carried out.</summary>
public readonly struct KvExpectation
{
    private readonly Kind _kind;
    private readonly ReadOnlyMemory<byte> _value;
    private readonly long _revision;

    private enum Kind { Absent, Present, Value, Revision }

    private KvExpectation(Kind kind, ReadOnlyMemory<byte> value = default, long revision = 0) =>
        (_kind, _value, _revision) = (kind, value, revision);

    /// <summary>There is no such key.</summary>
    public static KvExpectation Absent => new(Kind.Absent);

    /// <summary>There is such a key, with any value.</summary>
    public static KvExpectation Present => new(Kind.Present);

    /// <summary>The key holds exactly this value.</summary>
    public static KvExpectation Value(KvBytes value) => new(Kind.Value, value.Memory);

    /// <summary>The entry was not changed since it had this revision; 0: there is no such key.</summary>
    public static KvExpectation Revision(long revision) => new(Kind.Revision, revision: revision);

    internal void Write(ByteBuffer buffer)
    {
        switch (_kind)
        {
            case Kind.Present: buffer.WriteTrue(); break;
            case Kind.Value: buffer.WriteBinary(_value.Span); break;
            case Kind.Revision: buffer.WriteInteger(_revision); break;
            default: buffer.WriteNil(); break;
        }
    }

    internal int LengthBound => _value.Length + CanonicalFormat.HeaderBytesMax;
}
