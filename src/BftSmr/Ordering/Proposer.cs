using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;
using BftSmr.Requests;

namespace BftSmr.Ordering;

/// <summary>
/// As the leader: makes batches of what waits, when they are due. A batch has the time of the clock here. Execution
/// makes agreed time of it, which always grows. What is already agreed on does not count here: other replicas may not
/// have executed it yet, and could not tell a time that follows from it from one that a liar made up.
/// </summary>
internal sealed class Proposer(ReplicaContext context, RequestPool requests, BatchPacing pacing, IOrdering ordering)
{
    /// <summary>
    /// When a batch is due if nothing comes before, monotonic microseconds. After a step that proposed what was due it
    /// is later than that step.
    /// </summary>
    public long NextDeadlineMicros
    {
        get
        {
            int ready = requests.ReadyCount;
            if ((ready == 0 && !ordering.WantsFiller) || !ordering.MayPropose) return long.MaxValue;
            if (ready >= context.Settings.BatchRequestsMax) return context.Now.MonotonicMicros;
            bool isHeavy = BatchPacing.IsHeavy(requests.ReadyWeight, context.Settings.Durability);
            return pacing.NextMicros(ready, isHeavy, ordering.IsIdle);
        }
    }

    /// <summary>Proposes what is due.</summary>
    public void ProposeIfDue()
    {
        while (NextDeadlineMicros <= context.Now.MonotonicMicros)
        {
            List<Request> batch = requests.TakeBatch();
            if (batch.Count == 0 && !ordering.WantsFiller) return;
            ordering.Propose(BatchCodec.Create(context.Now.UnixMicros, NextSeed(), batch));
            pacing.NoteProposed(context.Now.MonotonicMicros, left: requests.ReadyCount);
        }
    }

    /// <summary>Looks random to all nodes that do not know this replica's secret.</summary>
    private ulong NextSeed()
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, context.Settings.SeedSecret);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], ordering.Regency.Value);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], ordering.LastProposed.Value);
        Span<byte> digest = stackalloc byte[Digest.Size];
        Blake2b.Hash(bytes).CopyTo(digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }
}
