using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using BftCloud.Primitives;
using DepSky.Coding;
using DepSky.Protocol;

namespace DepSky.Client;

/// <summary>
/// Between content and blocks: AES-256-GCM under the version's own key with the segment's number as nonce, then the
/// erasure code; or nothing at all, if the content is replicated. Works in place in a <see cref="SegmentBuffer"/>.
/// Thread-safe.
/// </summary>
internal sealed class SegmentCipher : IDisposable
{
    /// <summary>From this length on, blocks are worth a thread each.</summary>
    private const int ParallelBytes = 256 * 1024;

    private readonly DataProtection _protection;
    private readonly ReedSolomon _code;
    private readonly byte[]? _key;
    private readonly byte[] _associated;

    /// <param name="protection">Whether the content is encrypted.</param>
    /// <param name="quorums">How many clouds there are.</param>
    /// <param name="unit">The unit, which every segment is bound to.</param>
    /// <param name="attempt">The attempt, which every segment is bound to.</param>
    /// <param name="key">The version's key; empty if it has none.</param>
    public SegmentCipher(
        DataProtection protection, CloudQuorums quorums, string unit, UInt128 attempt, ReadOnlySpan<byte> key)
    {
        _protection = protection;
        _code = new ReedSolomon(quorums.BlocksNeeded(protection), quorums.Clouds);
        _associated = new byte[16 + Encoding.UTF8.GetByteCount(unit)];
        BinaryPrimitives.WriteUInt128BigEndian(_associated, attempt);
        Encoding.UTF8.GetBytes(unit, _associated.AsSpan(16));
        if (protection == DataProtection.Confidential)
        {
            if (key.Length != SegmentShape.KeyBytes)
                throw new ArgumentException($"A version's key has {SegmentShape.KeyBytes} bytes.", nameof(key));
            _key = GC.AllocateUninitializedArray<byte>(SegmentShape.KeyBytes, pinned: true);
            key.CopyTo(_key);
        }
    }

    private int BlocksNeeded => _code.DataBlocks;

    /// <summary>How much memory a segment of this length takes.</summary>
    public static int BufferBytes(DataProtection protection, CloudQuorums quorums, int segmentBytes)
    {
        int needed = quorums.BlocksNeeded(protection);
        return SegmentShape.BlockBytes(protection, needed, segmentBytes) * quorums.Clouds;
    }

    /// <summary>Where a cloud's block is once it is encoded: with k = 1 all are the same.</summary>
    public int Place(int cloud) => BlocksNeeded == 1 ? 0 : cloud;

    /// <summary>Makes blocks of the content at the start of the buffer.</summary>
    /// <returns>Their digests: of each cloud's, or one for all.</returns>
    public Digest[] Encode(int segment, SegmentBuffer buffer, int contentBytes)
    {
        int stored = SegmentShape.StoredBytes(_protection, contentBytes);
        int blockBytes = SegmentShape.BlockBytes(_protection, BlocksNeeded, contentBytes);
        Span<byte> data = buffer.Memory.Span[..(blockBytes * BlocksNeeded)];
        if (_key is not null)
        {
            // An instance serves one thread at a time only.
            using AesGcm aead = new(_key, SegmentShape.TagBytes);
            Span<byte> content = data[..contentBytes];
            aead.Encrypt(
                Nonce(segment, stackalloc byte[12]), content, content, data.Slice(contentBytes, SegmentShape.TagBytes),
                _associated);
        }
        data[stored..].Clear();
        if (BlocksNeeded > 1)
        {
            ReadOnlyMemory<byte>[] inputs =
                [.. Enumerable.Range(0, BlocksNeeded).Select(i => (ReadOnlyMemory<byte>)buffer.Block(i))];
            Memory<byte>[] outputs =
                [.. Enumerable.Range(BlocksNeeded, _code.TotalBlocks - BlocksNeeded).Select(buffer.Block)];
            _code.Encode(inputs, outputs);
        }
        Digest[] digests = new Digest[_protection == DataProtection.Confidential ? _code.TotalBlocks : 1];
        // Of all that is done to content, hashing takes by far the longest.
        if (BlocksNeeded == 1) Array.Fill(digests, BlockDigest.Of(buffer.Block(0).Span));
        else if (blockBytes >= ParallelBytes)
            Parallel.For(0, digests.Length, i => digests[i] = BlockDigest.Of(buffer.Block(i).Span));
        else for (int i = 0; i < digests.Length; i++) digests[i] = BlockDigest.Of(buffer.Block(i).Span);
        return digests;
    }

    /// <summary>Makes content of intact blocks.</summary>
    /// <param name="segment">Its number.</param>
    /// <param name="buffer">The blocks that are there, each in its place.</param>
    /// <param name="blocks">Which they are, a bit each; exactly as many as are needed.</param>
    /// <param name="contentBytes">The content's length in this segment.</param>
    /// <param name="pool">Where memory is to be had, if requests that were cancelled have not ended yet and could still
    /// write where the content is to be.</param>
    /// <returns>The buffer that begins with the content: the one that was given, or another in its place, and then that
    /// one was released.</returns>
    /// <exception cref="DepSkyException">It is not authentic under this key.</exception>
    public SegmentBuffer Decode(int segment, SegmentBuffer buffer, ushort blocks, int contentBytes, SegmentPool pool)
    {
        int blockBytes = SegmentShape.BlockBytes(_protection, BlocksNeeded, contentBytes);
        buffer = Rebuild(buffer, blocks, blockBytes, pool);
        if (_key is not null)
        {
            using AesGcm aead = new(_key, SegmentShape.TagBytes);
            Span<byte> data = buffer.Memory.Span;
            Span<byte> content = data[..contentBytes];
            try
            {
                aead.Decrypt(
                    Nonce(segment, stackalloc byte[12]), content, data.Slice(contentBytes, SegmentShape.TagBytes),
                    content, _associated);
            }
            catch (AuthenticationTagMismatchException e)
            {
                throw new DepSkyException(
                    $"Segment {segment} is as its writer signed it, but cannot be decrypted: "
                    + "it was written with another reader key than this client's. "
                    + "Use the key file that belongs to this unit.", innerException: e);
            }
        }
        return buffer;
    }

    private SegmentBuffer Rebuild(SegmentBuffer buffer, ushort blocks, int blockBytes, SegmentPool pool)
    {
        int[] present = [.. Enumerable.Range(0, _code.TotalBlocks).Where(i => (blocks >> i & 1) != 0)];
        int[] missing = [.. Enumerable.Range(0, BlocksNeeded).Where(i => (blocks >> i & 1) == 0)];
        if (missing.Length == 0) return buffer;
        ReadOnlyMemory<byte>[] inputs = [.. present.Select(i => (ReadOnlyMemory<byte>)buffer.Block(i))];
        if (!missing.Any(buffer.IsBeingWritten))
        {
            _code.Reconstruct(present, inputs, missing, [.. missing.Select(buffer.Block)]);
            return buffer;
        }
        SegmentBuffer other = pool.Rent(blockBytes);
        foreach (int i in present.Where(i => i < BlocksNeeded)) buffer.Block(i).CopyTo(other.Block(i));
        _code.Reconstruct(present, inputs, missing, [.. missing.Select(other.Block)]);
        buffer.Release();
        return other;
    }

    private static ReadOnlySpan<byte> Nonce(int segment, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt32BigEndian(nonce[8..], segment);
        return nonce;
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}
