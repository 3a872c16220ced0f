using BftSmr.Runs;
using BftSmr.Storage;

namespace BftCloud.Inspect;

/// <summary>A run of a checkpoint on disk, and whether it is intact.</summary>
/// <param name="Root">The Merkle root that names it.</param>
/// <param name="Level">How often what is in it was merged.</param>
/// <param name="Bytes">Its size, bytes.</param>
/// <param name="Chunks">How many chunks it has; 0 if it is not there, or cannot be read at all.</param>
/// <param name="DamagedChunks">The chunks whose bytes do not have their hash.</param>
internal sealed record RunReport(string Root, int Level, long Bytes, int Chunks, IReadOnlyList<int> DamagedChunks)
{
    public bool IsWhole => Chunks > 0 && DamagedChunks.Count == 0;

    public static RunReport Of(string folder, RunDescription run)
    {
        string path = Path.Combine(folder, RunFile.FileName(run.Root));
        if (!File.Exists(path) || !RunFile.TryOpen(path, out RunFile? file))
            return new RunReport(run.Root.ToString(), run.Level, run.Bytes, 0, []);
        using (file)
        {
            int chunks = file.Tree.Leaves.Count;
            return new RunReport(
                run.Root.ToString(), run.Level, run.Bytes, chunks,
                [.. Enumerable.Range(0, chunks).Where(index => !file.TryReadChunk(index, out _))]);
        }
    }
}
