using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DepSky.Coding;

/// <summary>64 bytes by one affine transformation each (GFNI on 512-bit registers).</summary>
internal readonly unsafe struct Gfni512Lane(Vector512<byte> value) : ILane<Gfni512Lane, Vector512<byte>>
{
    private readonly Vector512<byte> _value = value;

    public static string Name => "GFNI-512";

    public static bool IsSupported => Gfni.V512.IsSupported;

    public static int FactorBytes => sizeof(ulong);

    public static void WriteFactor(byte factor, byte* destination) => *(ulong*)destination = AffineProduct.Of(factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Gfni512Lane sum, byte* destination) => sum._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gfni512Lane AddProduct(Gfni512Lane sum, Vector512<byte> operand, byte* factor) =>
        new(sum._value ^ Gfni.V512.GaloisFieldAffineTransform(operand, Vector512.Create(*(ulong*)factor).AsByte(), 0));
}
