namespace KvStore.Operations;

/// <summary>
/// The part of MessagePack that operations, replies and snapshots are written in: nil, true, integers, binaries and arrays, each in its shortest form, and
/// fixext 1 of type <see cref="ErrorType"/> for errors.
/// </summary>
internal static class PackFormat
{
    public const byte FixIntMax = 0x7f;
    public const byte FixArray = 0x90;
    public const int FixArrayCountMax = 15;
    public const byte Nil = 0xc0;
    public const byte True = 0xc3;
    public const byte Bin8 = 0xc4;
    public const byte Bin16 = 0xc5;
    public const byte Bin32 = 0xc6;
    public const byte Natural8 = 0xcc;
    public const byte Natural16 = 0xcd;
    public const byte Natural32 = 0xce;
    public const byte Natural64 = 0xcf;
    public const byte Signed8 = 0xd0;
    public const byte Signed16 = 0xd1;
    public const byte Signed32 = 0xd2;
    public const byte Signed64 = 0xd3;
    public const byte FixExt1 = 0xd4;
    public const byte Array16 = 0xdc;
    public const byte Array32 = 0xdd;
    public const byte NegativeFixInt = 0xe0;
    public const int NegativeFixIntMin = -32;

    /// <summary>The extension type of an error; its one byte is a <see cref="KvErrorCode"/>.</summary>
    public const byte ErrorType = 1;

    /// <summary>The longest header or integer.</summary>
    public const int HeaderBytesMax = 9;

    /// <summary>How deep arrays nest: a pipeline of transactions of conditions or commands.</summary>
    public const int DepthMax = 4;
}
