using System.Buffers;
using System.Runtime.CompilerServices;

namespace DepSky.Coding;

/// <summary>
/// A systematic Reed-Solomon code: k data blocks become n blocks, the first k of which are the data, and any k of which
/// give all others. Thread-safe; buffers are used where they are; those in memory that never moves
/// (<c>MemoryMarshal.CreateFromPinnedArray</c>) are spared being pinned.
/// </summary>
internal sealed class ReedSolomon
{
    /// <summary>The most blocks that a code can have in all.</summary>
    public const int TotalBlocksMax = 32;

    private readonly byte[] _generator;
    private readonly CodingKernel _kernel;

    /// <summary>Of the last reconstruction: segment after segment, the same blocks are missing.</summary>
    private volatile Solution? _last;

    /// <summary>A code of <paramref name="dataBlocks"/> (k) out of <paramref name="totalBlocks"/> (n).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= k &lt;= n &lt;=
    /// <see cref="TotalBlocksMax"/>.</exception>
    public ReedSolomon(int dataBlocks, int totalBlocks) : this(dataBlocks, totalBlocks, CodingKernel.Best)
    {
    }

    internal ReedSolomon(int dataBlocks, int totalBlocks, CodingKernel kernel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dataBlocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalBlocks, dataBlocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(totalBlocks, TotalBlocksMax);
        DataBlocks = dataBlocks;
        TotalBlocks = totalBlocks;
        _generator = CodingMatrix.Generator(dataBlocks, totalBlocks);
        _kernel = kernel;
    }

    /// <summary>The instruction set that codes use on this processor.</summary>
    public static string InstructionSet => CodingKernel.Best.Name;

    /// <summary>k.</summary>
    public int DataBlocks { get; }

    /// <summary>n.</summary>
    public int TotalBlocks { get; }

    /// <summary>Computes the coding blocks of data blocks.</summary>
    /// <param name="data">Blocks 0 to k-1, all of one length.</param>
    /// <param name="coding">Where blocks k to n-1 go, of that length; they must not overlap anything else.</param>
    /// <exception cref="ArgumentException">The number of blocks, or their lengths, are not right.</exception>
    public void Encode(ReadOnlySpan<ReadOnlyMemory<byte>> data, ReadOnlySpan<Memory<byte>> coding)
    {
        if (data.Length != DataBlocks)
            throw new ArgumentException($"The code has {DataBlocks} data blocks, not {data.Length}.", nameof(data));
        if (coding.Length != TotalBlocks - DataBlocks)
            throw new ArgumentException(
                $"The code has {TotalBlocks - DataBlocks} coding blocks, not {coding.Length}.", nameof(coding));
        Multiply(_generator.AsSpan(DataBlocks * DataBlocks), data, coding);
    }

    /// <summary>Computes blocks, data or coding, from any k others.</summary>
    /// <param name="present">The numbers of the k different blocks that are there.</param>
    /// <param name="blocks">These blocks, in the same order, all of one length.</param>
    /// <param name="wanted">The numbers of the blocks to compute.</param>
    /// <param name="results">Where they go, in the same order; they must not overlap anything else.</param>
    /// <exception cref="ArgumentException">The number of blocks, their numbers or lengths are not right.</exception>
    public void Reconstruct(
        ReadOnlySpan<int> present,
        ReadOnlySpan<ReadOnlyMemory<byte>> blocks, ReadOnlySpan<int> wanted, ReadOnlySpan<Memory<byte>> results)
    {
        if (present.Length != DataBlocks || blocks.Length != DataBlocks)
            throw new ArgumentException(
                $"Exactly {DataBlocks} blocks are needed, not {present.Length}.", nameof(present));
        if (wanted.Length != results.Length)
            throw new ArgumentException("Each wanted block needs a place.", nameof(results));
        Solution? solution = _last;
        if (solution is null || !solution.IsOf(present, wanted)) _last = solution = Solve(present, wanted);
        Multiply(solution.Rows, blocks, results);
    }

    private Solution Solve(ReadOnlySpan<int> present, ReadOnlySpan<int> wanted)
    {
        int k = DataBlocks;
        Span<byte> inverse = stackalloc byte[k * k];
        for (int i = 0; i < k; i++) RowOf(present[i], nameof(present)).CopyTo(inverse[(i * k)..]);
        if (!CodingMatrix.TryInvert(inverse, k))
            throw new ArgumentException("The same block was given twice.", nameof(present));
        byte[] rows = new byte[wanted.Length * k];
        for (int i = 0; i < wanted.Length; i++)
            CodingMatrix.MultiplyRow(RowOf(wanted[i], nameof(wanted)), inverse, rows.AsSpan(i * k, k));
        return new Solution(present.ToArray(), wanted.ToArray(), rows);
    }

    private ReadOnlySpan<byte> RowOf(int block, string parameter)
    {
        if ((uint)block >= (uint)TotalBlocks)
            throw new ArgumentException(
                $"The code has blocks 0 to {TotalBlocks - 1}; there is no block {block}.", parameter);
        return _generator.AsSpan(block * DataBlocks, DataBlocks);
    }

    private unsafe void Multiply(
        ReadOnlySpan<byte> coefficients, ReadOnlySpan<ReadOnlyMemory<byte>> inputs, ReadOnlySpan<Memory<byte>> outputs)
    {
        if (outputs.Length > TotalBlocksMax)
            throw new ArgumentException($"No more than {TotalBlocksMax} blocks at a time.", nameof(outputs));
        int length = inputs[0].Length;
        foreach (ReadOnlyMemory<byte> input in inputs) ThrowIfOtherLength(input.Length, length);
        foreach (Memory<byte> output in outputs) ThrowIfOtherLength(output.Length, length);
        if (outputs.Length == 0 || length == 0) return;
        Handles handles = default;
        byte** pointers = stackalloc byte*[inputs.Length + outputs.Length];
        int pinned = 0;
        try
        {
            for (; pinned < inputs.Length + outputs.Length; pinned++)
            {
                handles[pinned] = pinned < inputs.Length ? inputs[pinned].Pin() : outputs[pinned - inputs.Length].Pin();
                pointers[pinned] = (byte*)handles[pinned].Pointer;
            }
            fixed (byte* rows = coefficients)
                _kernel.Run(rows, pointers, inputs.Length, pointers + inputs.Length, outputs.Length, length);
        }
        finally
        {
            for (int i = 0; i < pinned; i++) handles[i].Dispose();
        }
    }

    private static void ThrowIfOtherLength(int length, int expected)
    {
        if (length != expected)
            throw new ArgumentException(
                $"All blocks must be of one length: one has {length} bytes, the first has {expected}.");
    }

    /// <summary>The rows that make wanted blocks of those that are present.</summary>
    private sealed class Solution(int[] present, int[] wanted, byte[] rows)
    {
        public byte[] Rows => rows;

        public bool IsOf(ReadOnlySpan<int> otherPresent, ReadOnlySpan<int> otherWanted) =>
            otherPresent.SequenceEqual(present) && otherWanted.SequenceEqual(wanted);
    }

    [InlineArray(2 * TotalBlocksMax)]
    private struct Handles
    {
        private MemoryHandle _first;
    }
}
