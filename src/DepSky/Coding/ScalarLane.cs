namespace DepSky.Coding;

/// <summary>One byte at a time, on any processor.</summary>
internal readonly unsafe struct ScalarLane(byte value) : ILane<ScalarLane>
{
    private readonly byte _value = value;

    public static string Name => "scalar";

    public static bool IsSupported => true;

    public static int FactorBytes => NibbleProducts.Bytes;

    public static void WriteFactor(byte factor, byte* destination) => NibbleProducts.Write(factor, destination);

    public static ScalarLane Load(byte* source) => new(*source);

    public static void Store(ScalarLane lane, byte* destination) => *destination = lane._value;

    public static ScalarLane AddProduct(ScalarLane sum, ScalarLane lane, byte* factor) =>
        new((byte)(sum._value ^ factor[lane._value & 15] ^ factor[16 + (lane._value >> 4)]));
}
