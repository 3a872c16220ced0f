using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.CatchUp;

/// <summary>
/// How much each peer may ask for in a status period, of what costs this replica much to answer and the peer little to
/// ask. A replica that catches up needs less. A peer that asks for more gets no answer and asks again: it cannot keep
/// this replica from its work.
/// </summary>
internal sealed class FetchAllowance(ReplicaContext context)
{
    /// <summary>The SYNC of a regency: twice per period.</summary>
    public const int SyncCost = PerPeriod / 2;

    /// <summary>A stretch of decisions with their batches: 32 times, 64 MiB.</summary>
    public const int BatchesCost = PerPeriod / 32;

    /// <summary>A stretch of decisions, or a batch: 64 times.</summary>
    public const int OtherCost = PerPeriod / 64;

    private const int PerPeriod = 128;

    /// <summary>Bytes of chunks that a peer may ask for; a chunk counts 64 KiB at least, for the disk.</summary>
    private const int ChunkBytesPerPeriod = 16 << 20;

    private const int ChunkBytesMin = 64 << 10;

    private readonly int[] _left = [.. Enumerable.Repeat(PerPeriod, context.Quorums.Replicas)];
    private readonly int[] _chunksLeft =
        [.. Enumerable.Repeat(ChunksPerPeriod(context.Settings.ChunkBytes), context.Quorums.Replicas)];

    /// <summary>
    /// Chunks that a correct replica asks one peer for in a status period of its own: they fit into what it may have,
    /// also if two of its periods fall into one of the peer's.
    /// </summary>
    public static int ChunksToAskFor(int chunkBytes) => Math.Max(1, ChunksPerPeriod(chunkBytes) * 3 / 8);

    /// <summary>A status period begins.</summary>
    public void Renew()
    {
        Array.Fill(_left, PerPeriod);
        Array.Fill(_chunksLeft, ChunksPerPeriod(context.Settings.ChunkBytes));
    }

    /// <summary>Whether the peer may have a chunk; if not, that is counted.</summary>
    public bool TryTakeChunk(ReplicaId peer)
    {
        if (_chunksLeft[peer.Value] == 0)
        {
            context.Effects.Reject(peer, RejectReason.Overloaded);
            return false;
        }
        _chunksLeft[peer.Value]--;
        return true;
    }

    /// <summary>Whether the peer may have an answer that costs so much; if not, that is counted.</summary>
    public bool TryTake(ReplicaId peer, int cost)
    {
        if (_left[peer.Value] < cost)
        {
            context.Effects.Reject(peer, RejectReason.Overloaded);
            return false;
        }
        _left[peer.Value] -= cost;
        return true;
    }

    private static int ChunksPerPeriod(int chunkBytes) =>
        Math.Max(4, ChunkBytesPerPeriod / Math.Max(ChunkBytesMin, chunkBytes));
}
