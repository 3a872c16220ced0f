using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DepSky.Coding;

/// <summary>64 bytes by four shuffles (AVX2): two registers, so that each factor is loaded once for both.</summary>
internal readonly unsafe struct Avx2Lane(
    Vector256<byte> first, Vector256<byte> second) : ILane<Avx2Lane, Avx2Lane.Halves>
{
    private readonly Vector256<byte> _first = first, _second = second;

    public static string Name => "AVX2";

    public static bool IsSupported => Avx2.IsSupported;

    public static int FactorBytes => NibbleProducts.Bytes;

    public static void WriteFactor(byte factor, byte* destination) => NibbleProducts.Write(factor, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Halves Load(byte* source) =>
        new(Vector256.Load(source), Vector256.Load(source + Vector256<byte>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Avx2Lane sum, byte* destination)
    {
        sum._first.Store(destination);
        sum._second.Store(destination + Vector256<byte>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Lane AddProduct(Avx2Lane sum, Halves operand, byte* factor)
    {
        Vector256<byte> low = Avx2.BroadcastVector128ToVector256(factor);
        Vector256<byte> high = Avx2.BroadcastVector128ToVector256(factor + 16);
        return new(
            sum._first ^ (Avx2.Shuffle(low, operand.FirstLow) ^ Avx2.Shuffle(high, operand.FirstHigh)),
            sum._second ^ (Avx2.Shuffle(low, operand.SecondLow) ^ Avx2.Shuffle(high, operand.SecondHigh)));
    }

    /// <summary>The low and the high half of every byte.</summary>
    [method: MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly struct Halves(Vector256<byte> first, Vector256<byte> second)
    {
        public readonly Vector256<byte> FirstLow = first & Vector256.Create((byte)15);
        public readonly Vector256<byte> FirstHigh = (first.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)15);
        public readonly Vector256<byte> SecondLow = second & Vector256.Create((byte)15);
        public readonly Vector256<byte> SecondHigh = (second.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)15);
    }
}
