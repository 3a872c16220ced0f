using System.Buffers.Binary;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using BftSmr.Runs;
using BftSmr.Storage;
using BftSmr.Tests.Codec;
using BftSmr.Tests.Runs;

namespace BftSmr.Tests.Decoders;

/// <summary>
/// The files of checkpoints, on a disk that may have changed them: once as they are, and once with all checksums put
/// right, as if their writer had meant it.
/// </summary>
internal sealed class CheckpointTargets(TemporaryDirectory directory)
{
    private const int ChunkBytes = 512;
    private const int PartialBytes = 3 * ChunkBytes + 100;
    private const int ManifestHeaderBytes = 16;

    public IEnumerable<FuzzTarget> All =>
    [
        RunTarget("run file", static bytes => bytes),
        RunTarget("run file with right checksums", static bytes => WithRunChecksums(bytes)),
        ManifestTarget("manifest file", static bytes => bytes),
        ManifestTarget("manifest file with right checksums", static bytes => WithManifestChecksum(bytes)),
        new("partial run", static _ => Partial(), bytes => CompletePartial(bytes))
        {
            AllocatedBytes = 32 << 10, AllocatedBytesPerByte = 8, Rounds = 4,
        },
    ];

    private FuzzTarget RunTarget(string name, Func<byte[], byte[]> change) =>
        new(name, static random => RunFileOf(random), bytes => OpenRun(change(bytes)))
        {
            Refusals = [typeof(RunDamagedException)], AllocatedBytes = 32 << 10, AllocatedBytesPerByte = 200,
            Rounds = 4,
        };

    private FuzzTarget ManifestTarget(string name, Func<byte[], byte[]> change) =>
        new(name, static random => ManifestFileOf(random), bytes => ReadManifest(change(bytes)))
        {
            AllocatedBytes = 32 << 10, AllocatedBytesPerByte = 100, Rounds = 4,
        };

    private static byte[] RunFileOf(Random random)
    {
        List<Change> changes = [Change.Put("", "first"), .. RandomRuns.Next(random, random.Next(60), "x")];
        MemoryRun run = MemoryRun.Of(new ListedChanges(changes), ChunkBytes)!;
        return [.. run.Bytes, .. RunTrailer.Encode(run.Tree, owner: 7)];
    }

    private bool OpenRun(byte[] bytes)
    {
        // Under the name that its trailer says.
        Digest root = bytes.Length < RunTrailer.Size
            ? default
            : new Digest(bytes.AsSpan(bytes.Length - RunTrailer.Size + 24, Digest.Size));
        string path = directory.At(RunFile.FileName(root));
        File.WriteAllBytes(path, bytes);
        try
        {
            if (!RunFile.TryOpen(path, out RunFile? run)) return false;
            using RunReader reader = new(run);
            bool isWhole = run.FindDamage(new ReadProgress(), default) is null;
            for (int i = -1; i <= run.Tree.Leaves.Count; i++)
                isWhole &= run.TryReadChunk(i, out byte[]? chunk)
                    ? chunk.Length <= bytes.Length
                    : i < 0 || i == run.Tree.Leaves.Count;
            while (reader.MoveNext())
            {
            }
            return isWhole;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The hashes, the root and the checksum, if there can be as many chunks as are said.</summary>
    private static byte[] WithRunChecksums(byte[] file)
    {
        if (file.Length < RunTrailer.Size) return file;
        ReadOnlySpan<byte> trailer = file.AsSpan(file.Length - RunTrailer.Size);
        long length = BinaryPrimitives.ReadInt64BigEndian(trailer[8..]);
        int chunkBytes = BinaryPrimitives.ReadInt32BigEndian(trailer[16..]);
        if (length <= 0 || length > file.Length || chunkBytes <= 0) return file;
        // Chunk by chunk: a builder would make room for one of the size that is said.
        int chunks = (int)MerkleTree.ChunkCount(length, chunkBytes);
        MerkleTree tree = new(
            [.. Enumerable.Range(0, chunks).Select(i => MerkleTree.HashLeaf(
                file.AsSpan(i * chunkBytes, MerkleTree.ChunkLength(length, chunkBytes, i))))],
            length, chunkBytes);
        byte[] end = RunTrailer.Encode(tree, owner: 7);
        trailer[..24].CopyTo(end.AsSpan(end.Length - RunTrailer.Size));
        Blake2b.Hash(end.AsSpan(0, end.Length - Digest.Size)).CopyTo(end.AsSpan(end.Length - Digest.Size));
        return [.. file[..(int)length], .. end];
    }

    private static byte[] ManifestFileOf(Random random) => ManifestFile.Encode(
        new RandomMessages(random.Next(), random.Next(1, 20)).Manifest(), owner: 7);

    private bool ReadManifest(byte[] bytes)
    {
        // Under the name of the instance that it says, if it can be read at all.
        bool isManifest = bytes.Length > ManifestHeaderBytes + Digest.Size;
        Instance instance = isManifest && ManifestCodec.TryDecode(
            bytes.AsMemory(ManifestHeaderBytes..^Digest.Size), out Manifest? manifest) ? manifest.Instance : default;
        string path = directory.At(ManifestFile.FileName(instance));
        File.WriteAllBytes(path, bytes);
        try
        {
            return ManifestFile.TryRead(path, out Manifest? read, out uint owner)
                && ManifestFile.Encode(read, owner).AsSpan().SequenceEqual(bytes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] WithManifestChecksum(byte[] file)
    {
        byte[] bytes = [.. file];
        if (bytes.Length < Digest.Size) return bytes;
        int end = bytes.Length - Digest.Size;
        Blake2b.Hash(bytes.AsSpan(0, end)).CopyTo(bytes.AsSpan(end));
        return bytes;
    }

    private static byte[] Partial()
    {
        byte[] content = new byte[PartialBytes];
        new Random(PartialBytes).NextBytes(content);
        MerkleTree tree = MerkleTree.Of(content, ChunkBytes);
        return [.. content, .. RunTrailer.Encode(tree, owner: 7)[..(tree.Leaves.Count * Digest.Size)]];
    }

    private bool CompletePartial(byte[] bytes)
    {
        MerkleTree tree = MerkleTree.Of(Partial().AsSpan(0, PartialBytes), ChunkBytes);
        RunDescription run = new(tree.Root, PartialBytes, Level: 0);
        string file = directory.At(PartialRun.FileName(run.Root, run.Bytes));
        File.WriteAllBytes(file, bytes);
        string path = "";
        try
        {
            using PartialRun partial = new(directory.Path, run, ChunkBytes);
            List<int> chunks = partial.FindChunks(default);
            if (chunks.Any(i => i < 0 || i >= tree.Leaves.Count))
                throw new InvalidOperationException("A chunk was found that there is not.");
            if (!partial.TryComplete(new DataOwner("cluster", new ReplicaId(0)), flush: false, out path)) return false;
            if (!RunFile.TryOpen(path, out RunFile? whole))
                throw new InvalidOperationException("What was completed cannot be opened.");
            using (whole)
                return whole.FindDamage(new ReadProgress(), default) is null && chunks.Count == tree.Leaves.Count;
        }
        finally
        {
            File.Delete(file);
            if (path.Length > 0) File.Delete(path);
        }
    }
}
