using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Runs;

namespace BftSmr.Tests.Runs;

/// <summary>
/// What a <see cref="MergePolicy"/> does with runs of which only the lengths are known: one checkpoint after the other,
/// with what it costs. Holds every manifest to what it must be.
/// </summary>
internal sealed class SimulatedRuns(long checkpointBytes, double mergedShare, long stateBytesMax)
{
    private readonly MergePolicy _policy = new(checkpointBytes);
    private int _made;

    public Manifest Latest { get; private set; } = Manifest.Initial;

    public long BytesPut { get; private set; }

    public long BytesWritten { get; private set; }

    public int RunsMost { get; private set; }

    /// <summary>
    /// The most that the runs above the oldest had of its bytes, in percent, while no merge was under way.
    /// </summary>
    public long PercentAboveMost { get; private set; }

    public void Next(long touchedBytes)
    {
        Manifest before = Latest;
        List<PlannedMerge> asked = [];
        RunDescription? touched = touchedBytes == 0 ? null : Made(touchedBytes, 0);
        BytesPut += touchedBytes;
        Latest = _policy.Next(before, before.Instance + 1, touched, merge =>
        {
            asked.Add(merge);
            return Merged(before, merge);
        });
        Assert.Equal(before.Number + 1, Latest.Number);
        Assert.Equal(before.Merges.Where(m => m.Due <= Latest.Number), asked);
        foreach (PlannedMerge merge in before.Merges.Except(asked))
        {
            // Whatever stood below it meanwhile, what is merged stays what it was.
            Assert.Contains(
                Latest.Merges, m => m.NameIn(Latest) == merge.NameIn(before) && m.Due == merge.Due);
        }
        Check();
    }

    private RunDescription? Merged(Manifest manifest, PlannedMerge merge)
    {
        long sum = merge.InputsIn(manifest).Sum(static run => run.Bytes);
        long bytes = Math.Min((long)(sum * mergedShare), stateBytesMax);
        return bytes == 0 ? null : Made(bytes, merge.Level);
    }

    private RunDescription Made(long bytes, int level)
    {
        BytesWritten += bytes;
        byte[] name = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(name, _made++);
        return new RunDescription(Digest.Of(name), bytes, level);
    }

    private void Check()
    {
        RunsMost = Math.Max(RunsMost, Latest.Runs.Count);
        int end = 0;
        foreach (PlannedMerge merge in Latest.Merges)
        {
            Assert.InRange(merge.First, end, Latest.Runs.Count - 2);
            Assert.InRange(merge.Count, 2, Latest.Runs.Count - merge.First);
            Assert.True(merge.Due > Latest.Number, "A merge is due later.");
            end = merge.End;
        }
        Assert.True(ManifestCodec.TryDecode(Latest.Encoded, out _), "Other replicas read the manifest.");
        if (Latest.Merges.Count > 0 || Latest.Runs.Count == 0) return;
        long bottom = Latest.Runs[0].Bytes;
        PercentAboveMost = Math.Max(PercentAboveMost, 100 * (Latest.Bytes - bottom) / bottom);
    }
}
