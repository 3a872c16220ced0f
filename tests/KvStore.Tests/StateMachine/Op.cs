using System.Text;
using BftCloud.Primitives;
using KvStore.Operations;
using MessagePack;

namespace KvStore.Tests.StateMachine;

/// <summary>
/// Writes operations from, and reads replies into, plain objects: null, true, long, byte[] or string, object[] and
/// <see cref="KvErrorCode"/>.
/// </summary>
internal static class Op
{
    public static byte[] Of(Opcode opcode, params object?[] arguments) => Bytes(Nested(opcode, arguments));

    public static object?[] Nested(Opcode opcode, params object?[] arguments) => [(long)opcode, .. arguments];

    public static byte[] Bytes(object? element)
    {
        ByteBuffer buffer = new();
        Write(buffer, element);
        return buffer.Written.ToArray();
    }

    /// <summary>Reads one element; binaries as Latin-1 strings, so that they compare.</summary>
    public static object? Read(ReadOnlyMemory<byte> bytes)
    {
        CanonicalReader reader = new(bytes);
        object? element = Read(ref reader);
        Assert.True(reader.AtEnd);
        return element;
    }

    public static object? Read(ref CanonicalReader reader)
    {
        switch (reader.Next)
        {
            case MessagePackType.Nil:
                Assert.True(reader.TryReadNil());
                return null;
            case MessagePackType.Boolean:
                Assert.True(reader.TryReadTrue());
                return true;
            case MessagePackType.Integer:
                Assert.True(reader.TryReadInteger(out long integer));
                return integer;
            case MessagePackType.Binary:
                Assert.True(reader.TryReadBinary(out ReadOnlySpan<byte> binary));
                return Encoding.Latin1.GetString(binary);
            case MessagePackType.Extension:
                Assert.True(reader.TryReadError(out KvErrorCode error));
                return error;
            case MessagePackType.Array:
                Assert.True(reader.TryReadArray(out int count));
                object?[] elements = new object?[count];
                for (int i = 0; i < count; i++) elements[i] = Read(ref reader);
                return elements;
            default:
                throw new InvalidOperationException("Not an element.");
        }
    }

    private static void Write(ByteBuffer buffer, object? element)
    {
        switch (element)
        {
            case null: buffer.WriteNil(); break;
            case true: buffer.WriteTrue(); break;
            case int integer: buffer.WriteInteger(integer); break;
            case long integer: buffer.WriteInteger(integer); break;
            case KvErrorCode error: buffer.WriteError(error); break;
            case Enum flags: buffer.WriteInteger(Convert.ToInt64(flags, null)); break;
            case string text: buffer.WriteBinary(Encoding.Latin1.GetBytes(text)); break;
            case byte[] bytes: buffer.WriteBinary(bytes); break;
            case object?[] elements:
                buffer.WriteArray(elements.Length);
                foreach (object? nested in elements) Write(buffer, nested);
                break;
            default: throw new ArgumentException($"{element.GetType()} is no element.");
        }
    }
}
