using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>Writes changes as the chunks of a run. Memory: one chunk and one change.</summary>
internal static class RunWriter
{
    /// <summary>Writes all changes that are left.</summary>
    /// <param name="changes">Where they come from.</param>
    /// <param name="chunkBytes">The length of a chunk; the last one may be shorter.</param>
    /// <param name="write">Takes the chunks in order; each is valid during the call.</param>
    /// <returns>The tree of the chunks; null if there was no change, and so no chunk.</returns>
    public static MerkleTree? Write(RunCursor changes, int chunkBytes, Action<ReadOnlyMemory<byte>> write)
    {
        MerkleTreeBuilder builder = new(chunkBytes);
        ByteBuffer change = new();
        byte[] chunk = new byte[chunkBytes];
        int filled = 0;
        bool isEmpty = true;
        while (changes.MoveNext())
        {
            isEmpty = false;
            change.Reset();
            RunFormat.Write(changes, change);
            for (ReadOnlySpan<byte> rest = change.Written; !rest.IsEmpty;)
            {
                int taken = Math.Min(rest.Length, chunkBytes - filled);
                rest[..taken].CopyTo(chunk.AsSpan(filled));
                rest = rest[taken..];
                filled += taken;
                if (filled == chunkBytes) End();
            }
        }
        if (isEmpty) return null;
        if (filled > 0) End();
        return builder.Complete();

        void End()
        {
            builder.Append(chunk.AsSpan(0, filled));
            write(chunk.AsMemory(0, filled));
            filled = 0;
        }
    }
}
