using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DepSky.Coding;

/// <summary>32 bytes by two shuffles each (AVX2).</summary>
internal readonly unsafe struct Avx2Lane(Vector256<byte> value) : ILane<Avx2Lane>
{
    private readonly Vector256<byte> _value = value;

    public static string Name => "AVX2";

    public static bool IsSupported => Avx2.IsSupported;

    public static int FactorBytes => NibbleProducts.Bytes;

    public static void WriteFactor(byte factor, byte* destination) => NibbleProducts.Write(factor, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lane Load(byte* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Avx2Lane lane, byte* destination) => lane._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lane AddProduct(Avx2Lane sum, Avx2Lane lane, byte* factor)
    {
        Vector256<byte> half = Vector256.Create((byte)15);
        Vector256<byte> low = lane._value & half;
        Vector256<byte> high = (lane._value.AsUInt16() >>> 4).AsByte() & half;
        Vector256<byte> lowProducts = Avx2.BroadcastVector128ToVector256(factor);
        Vector256<byte> highProducts = Avx2.BroadcastVector128ToVector256(factor + 16);
        return new(sum._value ^ Avx2.Shuffle(lowProducts, low) ^ Avx2.Shuffle(highProducts, high));
    }
}
