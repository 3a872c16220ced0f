using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using DepSky.Coding;

namespace DepSky.Bench;

/// <summary>The erasure code of four clouds (2+2) on blocks of 16 KiB, and the sharing of a segment's key.</summary>
public class CodingBenchmarks
{
    private const int DataBlocks = 2;
    private const int TotalBlocks = 4;
    private const int BlockBytes = 16 << 10;
    private const int KeyBytes = 32;

    private static readonly int[] CodingPresent = [2, 3];
    private static readonly int[] DataWanted = [0, 1];
    private static readonly int[] SharesPresent = [1, 3];

    private readonly ReedSolomon _code = new(DataBlocks, TotalBlocks);
    private readonly ReadOnlyMemory<byte>[] _data = [Block(), Block()];
    private readonly Memory<byte>[] _coding = [Block(), Block()];
    private readonly Memory<byte>[] _decoded = [Block(), Block()];
    private readonly byte[] _key = new byte[KeyBytes];
    private readonly Memory<byte>[] _shares =
        [new byte[KeyBytes], new byte[KeyBytes], new byte[KeyBytes], new byte[KeyBytes]];

    private readonly ReadOnlyMemory<byte>[] _blocksThere = new ReadOnlyMemory<byte>[DataBlocks];
    private readonly ReadOnlyMemory<byte>[] _sharesThere = new ReadOnlyMemory<byte>[DataBlocks];

    [GlobalSetup]
    public void SetUp()
    {
        Encode();
        ShareKey();
        for (int i = 0; i < DataBlocks; i++)
        {
            _blocksThere[i] = _coding[CodingPresent[i] - DataBlocks];
            _sharesThere[i] = _shares[SharesPresent[i]];
        }
    }

    [Benchmark]
    public void Encode() => _code.Encode(_data, _coding);

    [Benchmark]
    public void DecodeWithoutData() => _code.Reconstruct(CodingPresent, _blocksThere, DataWanted, _decoded);

    [Benchmark]
    public void ShareKey() => SecretSharing.Split(_key, DataBlocks, _shares);

    [Benchmark]
    public void CombineKey() => SecretSharing.Combine(SharesPresent, _sharesThere, _key);

    /// <summary>Memory that never moves, as the client's is.</summary>
    private static Memory<byte> Block() =>
        MemoryMarshal.CreateFromPinnedArray(GC.AllocateArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);
}
