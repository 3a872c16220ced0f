using System.Diagnostics.CodeAnalysis;
using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>
/// The bytes of a manifest: [version, number, instance, [[root, bytes, level]], [[first, count, level, due]]].
/// </summary>
internal static class ManifestCodec
{
    /// <summary>The longest manifest, bytes.</summary>
    public const int BytesMax = 32 << 10;

    private const int Version = 1;

    public static ReadOnlyMemory<byte> Encode(
        long number, Instance instance, IReadOnlyList<RunDescription> runs, IReadOnlyList<PlannedMerge> merges)
    {
        ByteBuffer output = new();
        CanonicalWriter writer = new(output);
        writer.WriteArrayHeader(5);
        writer.WriteInt64(Version);
        writer.WriteInt64(number);
        writer.WriteInt64(instance.Value);
        writer.WriteArrayHeader(runs.Count);
        foreach (RunDescription run in runs)
        {
            writer.WriteArrayHeader(3);
            writer.WriteDigest(run.Root);
            writer.WriteInt64(run.Bytes);
            writer.WriteInt64(run.Level);
        }
        writer.WriteArrayHeader(merges.Count);
        foreach (PlannedMerge merge in merges)
        {
            writer.WriteArrayHeader(4);
            writer.WriteInt64(merge.First);
            writer.WriteInt64(merge.Count);
            writer.WriteInt64(merge.Level);
            writer.WriteInt64(merge.Due);
        }
        writer.Flush();
        Invariant.Holds(output.Length <= BytesMax, "a manifest is no longer than replicas take");
        return output.WrittenMemory;
    }

    public static Digest RootOf(ReadOnlySpan<byte> encoded)
    {
        Span<byte> hash = stackalloc byte[Digest.Size];
        Blake2b.Mac("BftSmr manifest1"u8, encoded, hash);
        return new Digest(hash);
    }

    /// <summary>Reads a manifest, from anywhere; false if it is none that the policy of merging makes.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Manifest? manifest)
    {
        manifest = null;
        if (bytes.Length > BytesMax) return false;
        CanonicalReader reader = new(bytes);
        if (!reader.TryReadArray(5) || !reader.TryReadInt32(Version, out int version) || version != Version
            || !reader.TryReadInt64(out long number) || number < 1
            || !reader.TryReadInt64(out long instance) || instance < 1
            || !reader.TryReadArray(Manifest.RunsMax, 3, out int runCount)) return false;
        RunDescription[] runs = new RunDescription[runCount];
        long sum = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            if (!reader.TryReadArray(3) || !reader.TryReadDigest(out Digest root)
                || !reader.TryReadInt64(out long length) || length < 1 || length > long.MaxValue - sum
                || !reader.TryReadInt32(RunDescription.BottomLevel, out int level)) return false;
            sum += length;
            runs[i] = new RunDescription(root, length, level);
        }
        if (!reader.TryReadArray(Manifest.RunsMax, 4, out int mergeCount)) return false;
        PlannedMerge[] merges = new PlannedMerge[mergeCount];
        int end = 0;
        for (int i = 0; i < merges.Length; i++)
        {
            if (!reader.TryReadArray(4) || !reader.TryReadInt32(Manifest.RunsMax, out int first) || first < end
                || !reader.TryReadInt32(Manifest.RunsMax, out int count) || count < 2 || first + count > runs.Length
                || !reader.TryReadInt32(RunDescription.BottomLevel, out int level)
                || !reader.TryReadInt64(out long due) || due <= number) return false;
            merges[i] = new PlannedMerge(first, count, level, due);
            end = first + count;
        }
        if (!reader.AtEnd) return false;
        manifest = new Manifest(number, new Instance(instance), runs, merges);
        return true;
    }
}
