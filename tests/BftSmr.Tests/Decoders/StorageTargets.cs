using System.Buffers.Binary;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using BftSmr.Messages;
using BftSmr.Storage;
using BftSmr.Tests.Storage;

namespace BftSmr.Tests.Decoders;

/// <summary>
/// What lies on a disk that may have changed it. The checksums of half the targets are put right, so that what they
/// keep out today is read all the same.
/// </summary>
internal sealed class StorageTargets(TemporaryDirectory directory)
{
    private const int ChunkBytes = 512;
    private const int FetchedBytes = 3 * ChunkBytes + 100;

    /// <summary>The window that a segment is read through.</summary>
    private const long SegmentBytes = (1 << 20) + (64 << 10);

    public IEnumerable<FuzzTarget> All =>
    [
        new(
            "log segment", random => Segment(random), bytes => Recover(bytes)) { Refusals = [typeof(StorageException)],
            AllocatedBytes = SegmentBytes, AllocatedBytesPerByte = 200, Rounds = 2 },
        new("log segment with right checksums", random => Segment(random), bytes => Recover(WithChecksums(bytes)))
        {
            Refusals = [typeof(StorageException)],
            AllocatedBytes = SegmentBytes,
            AllocatedBytesPerByte = 200,
            Rounds = 2,
        },
        new("segment header", random => Header(random), bytes => SegmentHeader.TryRead(bytes, out _))
        {
            Again = static bytes =>
                SegmentHeader.TryRead(bytes, out SegmentHeader header)
                    ? [.. Written(header), .. bytes[SegmentHeader.Size..]]
                    : null,
        },
        new(
            "snapshot file", random => Snapshot(random), bytes => OpenSnapshot(bytes)) { AllocatedBytes = 32 << 10,
            AllocatedBytesPerByte = 8, Rounds = 4 },
        new(
            "snapshot file with right checksums", random => Snapshot(random),
            bytes => OpenSnapshot(WithTrailerChecksum(bytes))) { AllocatedBytes = 32 << 10, AllocatedBytesPerByte = 8,
            Rounds = 4 },
        new(
            "fetched snapshot", static _ => Fetched(), bytes => CompleteFetched(bytes)) { AllocatedBytes = 32 << 10,
            AllocatedBytesPerByte = 8, Rounds = 4 },
        new(
            "segment file name", static random => Text(LogSegment.FileName(random.NextInt64())),
            static bytes => LogSegment.TryParseName(Text(bytes), out _))
        {
            Normal = static bytes =>
                LogSegment.TryParseName(Text(bytes), out long number) ? Text(LogSegment.FileName(number)) : [],
            AllocatedBytesPerByte = 2,
        },
        new(
            "snapshot file name", static random => Text(SnapshotFile.FileName(new Instance(random.NextInt64()))),
            static bytes => SnapshotFile.TryParseName(Text(bytes), out _))
        {
            Normal = static bytes =>
                SnapshotFile.TryParseName(Text(bytes), out Instance instance)
                    ? Text(SnapshotFile.FileName(instance))
                    : [],
            AllocatedBytesPerByte = 2,
        },
    ];

    private static byte[] Text(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static string Text(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private static byte[] Header(Random random) => Written(new SegmentHeader
    {
        Number =
            random.NextInt64(), Salt = (ulong)random.NextInt64(), Base = random.NextInt64(-1, 100),
            Supersedes = random.NextInt64(), Previous = random.NextInt64(),
        PreviousEnd = (uint)random.Next(), InitialEnd = (uint)random.Next(), Owner = (uint)random.Next(),
    });

    private static byte[] Written(SegmentHeader header)
    {
        byte[] bytes = new byte[SegmentHeader.Size];
        header.Write(bytes);
        return bytes;
    }

    /// <summary>The only segment of a log that was closed, as long as what was written.</summary>
    private byte[] Segment(Random random)
    {
        Clear();
        using (WriteAheadLog log = LogHarness.Open(directory, out _, neverRan: true))
        {
            for (int group = random.Next(1, 4); group > 0; group--)
            {
                LogHarness.Append(log, random.Next(100), random.Next(1, 5));
                log.Flush();
            }
        }
        string file = LogHarness.Segments(directory)[^1];
        long end = LogHarness.Layout(file) is [.., (long offset, long space)] ? offset + space : SegmentHeader.Size;
        return File.ReadAllBytes(file)[..(int)end];
    }

    /// <summary>Reads the log of this one segment, and what a replica would write next.</summary>
    private bool Recover(byte[] segment)
    {
        Clear();
        long number = SegmentHeader.TryRead(segment, out SegmentHeader header) && header.Number > 0 ? header.Number : 1;
        File.WriteAllBytes(directory.At(LogSegment.FileName(number)), segment);
        LogRecovery recovery = LogRecovery.Read(directory.Path, LogHarness.Limits, LogHarness.Small);
        if (recovery.Damage is null != recovery.SetAside.Count is 0)
            throw new InvalidOperationException("Damage is told if and only if a file is set aside.");
        return recovery.Damage is null && recovery.Records.Count > 0;
    }

    private static byte[] WithChecksums(byte[] segment)
    {
        byte[] bytes = [.. segment];
        if (bytes.Length < SegmentHeader.Size) return bytes;
        BinaryPrimitives.WriteUInt32BigEndian(
            bytes.AsSpan(SegmentHeader.Size - 4), Crc32C.Append(0, bytes.AsSpan(0, SegmentHeader.Size - 4)));
        ulong salt = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(16));
        long at = SegmentHeader.Size;
        while (RecordHeader.TryRead(bytes.AsSpan((int)at), salt, out RecordHeader header)
            && header.Length <= bytes.Length - at - RecordHeader.Size)
        {
            header.Write(bytes.AsSpan((int)at), at);
            at += RecordHeader.Space(header.Length);
            if (at > bytes.Length) break;
        }
        return bytes;
    }

    private static byte[] Snapshot(Random random)
    {
        byte[] content = new byte[random.Next(1, 5 * ChunkBytes)];
        random.NextBytes(content);
        return [.. content, .. SnapshotTrailer.Encode(new Instance(7), MerkleTree.Of(content, ChunkBytes), owner: 7)];
    }

    private bool OpenSnapshot(byte[] bytes)
    {
        string file = directory.At(SnapshotFile.FileName(new Instance(7)));
        File.WriteAllBytes(file, bytes);
        if (!SnapshotFile.TryOpen(file, out SnapshotFile? snapshot)) return false;
        using (snapshot)
        {
            bool isWhole = true;
            for (int i = -1; i <= snapshot.Tree.Leaves.Count; i++)
                isWhole &= snapshot.TryReadChunk(i, out byte[]? chunk) ? chunk.Length <= bytes.Length : i < 0
                    || i == snapshot.Tree.Leaves.Count;
            return isWhole;
        }
    }

    /// <summary>
    /// Puts the checksum right that is over the hashes and the trailer, if their number is one that the file can hold.
    /// </summary>
    private static byte[] WithTrailerChecksum(byte[] file)
    {
        byte[] bytes = [.. file];
        if (bytes.Length < SnapshotTrailer.Size) return bytes;
        long hashes = (long)BinaryPrimitives.ReadInt32BigEndian(
            bytes.AsSpan(bytes.Length - SnapshotTrailer.Size + 28)) * Digest.Size;
        if (hashes < 0 || hashes + SnapshotTrailer.Size > bytes.Length) return bytes;
        Span<byte> trailer = bytes.AsSpan((int)(bytes.Length - SnapshotTrailer.Size - hashes));
        Blake2b.Hash(trailer[..^Digest.Size]).CopyTo(trailer[^Digest.Size..]);
        return bytes;
    }

    private static byte[] Fetched()
    {
        byte[] content = new byte[FetchedBytes];
        new Random(FetchedBytes).NextBytes(content);
        MerkleTree tree = MerkleTree.Of(content, ChunkBytes);
        byte[] hashes = new byte[tree.Leaves.Count * Digest.Size];
        for (int i = 0; i < tree.Leaves.Count; i++) tree.Leaves[i].CopyTo(hashes.AsSpan(i * Digest.Size));
        return [.. content, .. hashes];
    }

    private bool CompleteFetched(byte[] bytes)
    {
        Clear();
        byte[] whole = Fetched();
        MerkleTree tree = MerkleTree.Of(whole.AsSpan(0, FetchedBytes), ChunkBytes);
        CheckpointCertificate certificate = new(new Instance(7), tree.Root, []);
        using (FetchedSnapshot begun = new(directory.Path, certificate, FetchedBytes, ChunkBytes))
            File.WriteAllBytes(begun.Path, bytes);
        using FetchedSnapshot fetched = new(directory.Path, certificate, FetchedBytes, ChunkBytes);
        List<int> chunks = fetched.FindChunks(default);
        if (chunks.Any(i => i < 0 || i >= tree.Leaves.Count))
            throw new InvalidOperationException("A chunk was found that there is not.");
        DataOwner owner = new("cluster", new ReplicaId(0));
        return fetched.TryComplete(directory.Path, owner, flush: false, out _) && chunks.Count == tree.Leaves.Count;
    }

    private void Clear()
    {
        foreach (string file in Directory.EnumerateFiles(directory.Path)) File.Delete(file);
    }
}
