namespace DepSky.Coding;

/// <summary>One byte at a time, on any processor.</summary>
internal readonly unsafe struct ScalarLane(byte value) : ILane<ScalarLane, byte>
{
    private readonly byte _value = value;

    public static string Name => "scalar";

    public static bool IsSupported => true;

    public static int FactorBytes => NibbleProducts.Bytes;

    public static void WriteFactor(byte factor, byte* destination) => NibbleProducts.Write(factor, destination);

    public static byte Load(byte* source) => *source;

    public static void Store(ScalarLane sum, byte* destination) => *destination = sum._value;

    public static ScalarLane AddProduct(ScalarLane sum, byte operand, byte* factor) =>
        new((byte)(sum._value ^ factor[operand & 15] ^ factor[16 + (operand >> 4)]));
}
