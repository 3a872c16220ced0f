using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DepSky.Coding;

/// <summary>32 bytes by one affine transformation each (GFNI on 256-bit registers).</summary>
internal readonly unsafe struct Gfni256Lane(Vector256<byte> value) : ILane<Gfni256Lane, Vector256<byte>>
{
    private readonly Vector256<byte> _value = value;

    public static string Name => "GFNI-256";

    public static bool IsSupported => Gfni.V256.IsSupported;

    public static int FactorBytes => sizeof(ulong);

    public static void WriteFactor(byte factor, byte* destination) => *(ulong*)destination = AffineProduct.Of(factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Gfni256Lane sum, byte* destination) => sum._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni256Lane AddProduct(Gfni256Lane sum, Vector256<byte> operand, byte* factor) =>
        new(sum._value ^ Gfni.V256.GaloisFieldAffineTransform(operand, Vector256.Create(*(ulong*)factor).AsByte(), 0));
}
