using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.Gateway;

/// <summary>Tells the keys that an operation may have put elements into.</summary>
internal static class TouchedKeys
{
    /// <summary>A command names its keys first: one that puts elements somewhere names that key among these.</summary>
    private const int KeysMax = 2;

    /// <summary>What is told of each key.</summary>
    public delegate void Visitor(ReadOnlySpan<byte> key);

    /// <summary>Visits the keys of a command, a pipeline or a transaction. Stops at what is no operation.</summary>
    public static void Visit(ReadOnlyMemory<byte> operation, Visitor visit)
    {
        CanonicalReader reader = new(operation);
        if (!reader.TryReadArray(out int elements) || !reader.TryReadInteger(out long opcode)) return;
        elements--;
        if ((Opcode)opcode is not (Opcode.Pipeline or Opcode.Transaction))
        {
            VisitCommand(ref reader, (Opcode)opcode, elements, visit);
            return;
        }
        if ((Opcode)opcode == Opcode.Transaction)
        {
            if (!reader.TryReadElement(out _)) return;
            elements--;
        }
        while (elements-- > 0 && reader.TryReadElement(out ReadOnlyMemory<byte> command))
        {
            CanonicalReader inner = new(command);
            if (inner.TryReadArray(out int arguments) && inner.TryReadInteger(out long nested))
                VisitCommand(ref inner, (Opcode)nested, arguments - 1, visit);
        }
    }

    private static void VisitCommand(ref CanonicalReader reader, Opcode opcode, int arguments, Visitor visit)
    {
        if (opcode is Opcode.ListPop or Opcode.ListPopFirst or Opcode.Delete) return;
        for (int i = 0; i < Math.Min(arguments, KeysMax) && reader.TryReadBinary(out ReadOnlySpan<byte> key); i++)
            visit(key);
    }
}
