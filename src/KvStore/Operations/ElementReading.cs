using BftCloud.Primitives;
using MessagePack;

namespace KvStore.Operations;

/// <summary>Reads what only the elements of this service have.</summary>
internal static class ElementReading
{
    public static bool TryReadError(this ref CanonicalReader reader, out KvErrorCode error)
    {
        bool read = reader.TryReadExtension(ElementFormat.ErrorType, out byte code);
        error = (KvErrorCode)code;
        return read;
    }

    /// <summary>The bytes of the next element, of any type, with all that is in it.</summary>
    public static bool TryReadElement(this ref CanonicalReader reader, out ReadOnlyMemory<byte> element)
    {
        int start = reader.Position;
        bool read = TrySkip(ref reader, ElementFormat.DepthMax);
        element = read ? reader.Since(start) : default;
        return read;
    }

    private static bool TrySkip(ref CanonicalReader reader, int depth)
    {
        switch (reader.Next)
        {
            case MessagePackType.Nil: return reader.TryReadNil();
            case MessagePackType.Boolean: return reader.TryReadTrue();
            case MessagePackType.Integer: return reader.TryReadInteger(out _);
            case MessagePackType.Binary: return reader.TryReadBinary(out _);
            case MessagePackType.Extension: return reader.TryReadError(out _);
            case MessagePackType.Array:
                if (depth == 0 || !reader.TryReadArray(out int count)) return false;
                while (count-- > 0)
                {
                    if (!TrySkip(ref reader, depth - 1)) return false;
                }
                return true;
            default:
                return false;
        }
    }
}
