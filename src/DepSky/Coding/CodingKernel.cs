using System.Runtime.Intrinsics;

namespace DepSky.Coding;

/// <summary>
/// The inner loop of coding: a matrix times blocks, where output block i is the sum over j of coefficient (i, j) times
/// input block j. One kernel per instruction set; all yield the same bytes.
/// </summary>
internal abstract unsafe class CodingKernel
{
    /// <summary>Those that this processor can run, the fastest first.</summary>
    public static IReadOnlyList<CodingKernel> Supported { get; } = FindSupported();

    /// <summary>The fastest that this processor can run.</summary>
    public static CodingKernel Best => Supported[0];

    /// <summary>The instruction set.</summary>
    public abstract string Name { get; }

    /// <summary>Computes the outputs. They must not overlap each other or the inputs.</summary>
    /// <param name="coefficients">One row of <paramref name="inputCount"/> elements per output.</param>
    /// <param name="inputs">The input blocks.</param>
    /// <param name="inputCount">How many there are.</param>
    /// <param name="outputs">The output blocks.</param>
    /// <param name="outputCount">How many there are.</param>
    /// <param name="length">The length of every block, in bytes.</param>
    public abstract void Run(
        byte* coefficients, byte** inputs, int inputCount, byte** outputs, int outputCount, int length);

    private static List<CodingKernel> FindSupported()
    {
        List<CodingKernel> kernels = [];
        if (Gfni512Lane.IsSupported) kernels.Add(new LaneKernel<Gfni512Lane, Vector512<byte>>());
        if (Gfni256Lane.IsSupported) kernels.Add(new LaneKernel<Gfni256Lane, Vector256<byte>>());
        if (Avx2Lane.IsSupported) kernels.Add(new LaneKernel<Avx2Lane, Avx2Lane.Halves>());
        kernels.Add(new LaneKernel<ScalarLane, byte>());
        return kernels;
    }
}
