using BftCloud.Common;
using BftSmr.Storage;

namespace BftCloud.Inspect;

/// <summary>What a snapshot on disk is, and whether it is intact.</summary>
/// <param name="Instance">The last instance whose effects are in it.</param>
/// <param name="Root">The Merkle root that CHECKPOINTs sign.</param>
/// <param name="Bytes">Its size, bytes.</param>
/// <param name="ChunkBytes">Size of a chunk, bytes.</param>
/// <param name="Chunks">How many chunks it has.</param>
/// <param name="DamagedChunks">The chunks whose bytes do not have their hash.</param>
internal sealed record CheckpointReport(
    long Instance, string Root, long Bytes, int ChunkBytes, int Chunks, IReadOnlyList<int> DamagedChunks)
{
    /// <summary>Reads and verifies a snapshot.</summary>
    /// <exception cref="CommandFailedException">The file is none, or too damaged to tell.</exception>
    public static CheckpointReport Of(string file)
    {
        if (!File.Exists(file))
            throw new CommandFailedException($"{file}: there is no such file. Name one of DIR/rN/data/snapshots.");
        if (!SnapshotFile.TryOpen(file, out SnapshotFile? snapshot))
        {
            throw new CommandFailedException(
                $"{file} does not end as the snapshot does that its name says. If it is one, it is damaged: "
                + "its replica sets it aside, and fetches one from the others.");
        }
        using (snapshot)
        {
            int chunks = snapshot.Tree.Leaves.Count;
            int[] damaged = [.. Enumerable.Range(0, chunks).Where(index => !snapshot.TryReadChunk(index, out _))];
            return new CheckpointReport(
                snapshot.Instance.Value, snapshot.Tree.Root.ToString(), snapshot.Tree.SnapshotBytes,
                snapshot.Tree.ChunkBytes, chunks, damaged);
        }
    }
}
