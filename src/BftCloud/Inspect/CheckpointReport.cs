using BftCloud.Common;
using BftSmr.Runs;
using BftSmr.Storage;

namespace BftCloud.Inspect;

/// <summary>What a checkpoint on disk is, and whether it is intact.</summary>
/// <param name="Number">The number of the checkpoint.</param>
/// <param name="Instance">The last instance whose effects are in it.</param>
/// <param name="Root">The hash of its manifest, which CHECKPOINTs sign.</param>
/// <param name="Bytes">Size of all its runs, bytes.</param>
/// <param name="Runs">The runs, oldest first.</param>
internal sealed record CheckpointReport(
    long Number, long Instance, string Root, long Bytes, IReadOnlyList<RunReport> Runs)
{
    /// <summary>Reads a manifest, and verifies the runs beside it.</summary>
    /// <exception cref="CommandFailedException">The file is none, or too damaged to tell.</exception>
    public static CheckpointReport Of(string file)
    {
        if (!File.Exists(file))
            throw new CommandFailedException($"{file}: there is no such file. Name one of DIR/rN/data/checkpoints.");
        if (!ManifestFile.TryRead(file, out Manifest? manifest, out _))
        {
            throw new CommandFailedException(
                $"{file} is not the manifest that its name says. If it is one, it is damaged: its replica sets it "
                + "aside, and fetches a checkpoint from the others.");
        }
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return new CheckpointReport(
            manifest.Number, manifest.Instance.Value, manifest.Root.ToString(), manifest.Bytes,
            [.. manifest.Runs.Select(run => RunReport.Of(folder, run))]);
    }
}
