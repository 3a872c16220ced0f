using System.Numerics;
using DepSky.Coding;

namespace DepSky.Tests.Coding;

public sealed class ReedSolomonTests
{
    public static TheoryData<int> Totals => [.. Enumerable.Range(1, 16)];

    /// <summary>65535 subsets for n = 16: all of them.</summary>
    [Theory]
    [MemberData(nameof(Totals))]
    public void Every_k_of_n_blocks_can_be_solved_for_the_data(int n)
    {
        Span<byte> rows = stackalloc byte[n * n];
        for (int k = 1; k <= n; k++)
        {
            byte[] generator = CodingMatrix.Generator(k, n);
            for (int subset = 0; subset < 1 << n; subset++)
            {
                if (BitOperations.PopCount((uint)subset) != k) continue;
                int at = 0;
                for (int block = 0; block < n; block++)
                {
                    if ((subset >> block & 1) == 0) continue;
                    generator.AsSpan(block * k, k).CopyTo(rows[at..]);
                    at += k;
                }
                Assert.True(CodingMatrix.TryInvert(rows[..(k * k)], k), $"k={k} n={n} blocks {subset:b}");
            }
        }
    }

    /// <summary>
    /// The blocks themselves, for every subset up to n = 8 and a spread of the subsets beyond; with every block
    /// computed from every such subset.
    /// </summary>
    [Theory]
    [MemberData(nameof(Totals))]
    public void Every_block_comes_back_from_any_k_others(int n)
    {
        const int length = 70;
        for (int k = 1; k <= n; k++)
        {
            ReedSolomon code = new(k, n);
            byte[][] blocks = Encode(code, length, seed: 100 * n + k);
            int step = n <= 8 ? 1 : 37;
            for (int subset = 0, seen = 0; subset < 1 << n; subset++)
            {
                if (BitOperations.PopCount((uint)subset) != k || seen++ % step != 0) continue;
                int[] present = [.. Enumerable.Range(0, n).Where(i => (subset >> i & 1) != 0)];
                int[] wanted = [.. Enumerable.Range(0, n)];
                byte[][] results = [.. wanted.Select(_ => new byte[length])];
                code.Reconstruct(present, Inputs(present.Select(i => blocks[i])), wanted, Outputs(results));
                for (int i = 0; i < n; i++)
                    Assert.True(
                        blocks[i].AsSpan().SequenceEqual(results[i]), $"k={k} n={n} blocks {subset:b}, block {i}");
            }
        }
    }

    [Fact]
    public void All_instruction_sets_yield_the_same_bytes()
    {
        Assert.Equal("scalar", CodingKernel.Supported[^1].Name);
        foreach ((int k, int n) in new[] { (1, 4), (2, 4), (3, 7), (4, 11), (10, 14), (16, 32), (2, 3) })
        {
            foreach (int length in new[] { 1, 31, 32, 33, 63, 64, 65, 127, 1000, 16384, 16385, 40000 })
            {
                byte[][] expected = Encode(new ReedSolomon(k, n, CodingKernel.Supported[^1]), length, seed: length);
                foreach (CodingKernel kernel in CodingKernel.Supported)
                {
                    byte[][] actual = Encode(new ReedSolomon(k, n, kernel), length, seed: length);
                    for (int i = 0; i < n; i++)
                        Assert.True(
                            expected[i].AsSpan().SequenceEqual(actual[i]),
                            $"{kernel.Name} k={k} n={n} length={length} block {i}");
                }
            }
        }
    }

    [Fact]
    public void Nothing_beyond_the_blocks_is_written()
    {
        foreach (CodingKernel kernel in CodingKernel.Supported)
        {
            ReedSolomon code = new(2, 4, kernel);
            foreach (int length in Enumerable.Range(1, 200).Concat(Enumerable.Range(16 * 1024 - 1, 130)))
            {
                byte[] guarded = new byte[length + 128];
                guarded.AsSpan().Fill(0xA5);
                byte[] data = new byte[length];
                code.Encode(
                    Inputs([data, data]), new Memory<byte>[] { guarded.AsMemory(64, length), new byte[length] });
                Assert.True(
                    guarded.AsSpan(0, 64).IndexOfAnyExcept((byte)0xA5) < 0
                        && guarded.AsSpan(64 + length).IndexOfAnyExcept((byte)0xA5) < 0);
            }
        }
    }

    [Fact]
    public void Wrong_numbers_of_blocks_and_lengths_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReedSolomon(0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReedSolomon(5, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReedSolomon(2, ReedSolomon.TotalBlocksMax + 1));
        ReedSolomon code = new(2, 4);
        byte[] a = new byte[8], b = new byte[9];
        Assert.Throws<ArgumentException>(() => code.Encode(Inputs([a]), Outputs([a, a])));
        Assert.Throws<ArgumentException>(() => code.Encode(Inputs([a, b]), Outputs([a, a])));
        Assert.Throws<ArgumentException>(() => code.Reconstruct([1, 1], Inputs([a, a]), [0], Outputs([a])));
        Assert.Throws<ArgumentException>(() => code.Reconstruct([1, 4], Inputs([a, a]), [0], Outputs([a])));
    }

    private static byte[][] Encode(ReedSolomon code, int length, int seed)
    {
        Random random = new(seed);
        byte[][] blocks = [.. Enumerable.Range(0, code.TotalBlocks).Select(_ => new byte[length])];
        foreach (byte[] block in blocks.Take(code.DataBlocks)) random.NextBytes(block);
        code.Encode(Inputs(blocks.Take(code.DataBlocks)), Outputs(blocks[code.DataBlocks..]));
        return blocks;
    }

    private static ReadOnlyMemory<byte>[] Inputs(IEnumerable<byte[]> blocks) =>
        [.. blocks.Select(b => new ReadOnlyMemory<byte>(b))];

    private static Memory<byte>[] Outputs(IEnumerable<byte[]> blocks) => [.. blocks.Select(b => b.AsMemory())];
}
