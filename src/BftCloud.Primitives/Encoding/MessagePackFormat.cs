namespace BftCloud.Primitives;

/// <summary>The part of the MessagePack format that messages use: unsigned integers, booleans, nil, binary and arrays.</summary>
internal static class MessagePackFormat
{
    public const byte FixIntMax = 0x7f;
    public const byte FixArray = 0x90;
    public const int FixArrayCountMax = 15;
    public const byte Nil = 0xc0;
    public const byte False = 0xc2;
    public const byte True = 0xc3;
    public const byte Bin8 = 0xc4;
    public const byte Bin16 = 0xc5;
    public const byte Bin32 = 0xc6;
    public const byte UInt8Code = 0xcc;
    public const byte UInt16Code = 0xcd;
    public const byte UInt32Code = 0xce;
    public const byte UInt64Code = 0xcf;
    public const byte Array16 = 0xdc;
    public const byte Array32 = 0xdd;

    /// <summary>Bytes of an encoded digest.</summary>
    public const int DigestBytes = 2 + Digest.Size;

    /// <summary>Bytes of an integer in its shortest form.</summary>
    public static int SizeOfUInt64(ulong value) => value switch
    {
        <= FixIntMax => 1,
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => 9,
    };

    /// <summary>Bytes of the header of an array of so many elements.</summary>
    public static int SizeOfArrayHeader(int count) => count switch
    {
        <= FixArrayCountMax => 1,
        <= ushort.MaxValue => 3,
        _ => 5,
    };

    /// <summary>Bytes of a binary of this length with its header.</summary>
    public static int SizeOfBinary(int length) => length + length switch
    {
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        _ => 5,
    };
}
