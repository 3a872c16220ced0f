using MessagePack;

namespace BftCloud.Primitives;

/// <summary>How long elements are in their shortest form, the only one that is written and accepted.</summary>
internal static class CanonicalFormat
{
    /// <summary>The largest number that is one byte.</summary>
    public const byte FixIntMax = MessagePackRange.MaxFixPositiveInt;

    /// <summary>The most elements of an array whose header is one byte.</summary>
    public const int FixArrayCountMax = MessagePackRange.MaxFixArrayCount;

    /// <summary>Bytes of the longest number or header.</summary>
    public const int HeaderBytesMax = 9;

    /// <summary>Bytes of an encoded digest.</summary>
    public const int DigestBytes = 2 + Digest.Size;

    /// <summary>Bytes of a number.</summary>
    public static int SizeOfUInt64(ulong value) => MessagePackWriter.GetEncodedLength(value);

    /// <summary>Bytes of the header of an array of so many elements.</summary>
    public static int SizeOfArrayHeader(int count) => count switch
    {
        <= FixArrayCountMax => 1,
        <= ushort.MaxValue => 3,
        _ => 5,
    };

    /// <summary>Bytes of the header of a binary of this length.</summary>
    public static int SizeOfBinaryHeader(int length) => length switch
    {
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        _ => 5,
    };

    /// <summary>Bytes of a binary of this length with its header.</summary>
    public static int SizeOfBinary(int length) => length + SizeOfBinaryHeader(length);
}
