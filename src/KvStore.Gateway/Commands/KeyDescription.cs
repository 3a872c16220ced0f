using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;
using ValueType = KvStore.State.ValueType;

namespace KvStore.Gateway.Commands;

/// <summary>What the store tells of a key without its value: see Describe in docs/spec/kv/operations.md.</summary>
/// <param name="Type">What it holds.</param>
/// <param name="Bytes">Its counted size.</param>
/// <param name="Elements">How many elements there are; of a string its length.</param>
/// <param name="Longest">The longest of them, bytes; 0 if they were not looked at.</param>
/// <param name="AreIntegers">All are integers.</param>
internal readonly record struct KeyDescription(
    ValueType Type, long Bytes, long Elements, long Longest, bool AreIntegers)
{
    // Redis' thresholds, where its configuration leaves them as they are.
    private const int EmbeddedBytesMax = 44;
    private const int ListpackElementsMax = 128;
    private const int ListpackBytesMax = 64;
    private const int IntsetElementsMax = 512;

    /// <summary>How Redis would keep such a value, had it been set as it is now.</summary>
    public string Encoding => Type switch
    {
        ValueType.String when AreIntegers => "int",
        ValueType.String => Longest <= EmbeddedBytesMax ? "embstr" : "raw",
        ValueType.List => "quicklist",
        ValueType.Set => AreIntegers && Elements <= IntsetElementsMax ? "intset" : "hashtable",
        _ => Elements <= ListpackElementsMax && Longest <= ListpackBytesMax ? "listpack" : LargeEncoding,
    };

    private string LargeEncoding => Type == ValueType.Hash ? "hashtable" : "skiplist";

    /// <summary>Answers a command with what is told of a key; with no value if there is none.</summary>
    public static void Ask(
        RespSession session, RespCommand command, ReadOnlySpan<byte> key, Action<RespWriter, KeyDescription> tell)
    {
        session.Read().Write(Opcode.Describe, key);
        session.Expect(command, (ref CanonicalReader reply, RespWriter output) =>
        {
            if (reply.TryReadNil())
            {
                output.Null();
                return true;
            }
            if (!TryRead(ref reply, out KeyDescription description)) return false;
            tell(output, description);
            return true;
        });
    }

    private static bool TryRead(ref CanonicalReader reply, out KeyDescription description)
    {
        description = default;
        if (!reply.TryReadArray(out int count) || count != 5 || !reply.TryReadInteger(out long type)
            || !reply.TryReadInteger(out long bytes) || !reply.TryReadInteger(out long elements)
            || !reply.TryReadInteger(out long longest) || !reply.TryReadInteger(out long integers)) return false;
        description = new KeyDescription((ValueType)type, bytes, elements, longest, integers == 1);
        return true;
    }
}
