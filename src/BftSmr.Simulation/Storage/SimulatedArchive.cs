using BftSmr.CatchUp;
using BftSmr.Codec;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Simulation.Storage;

/// <summary>The executed batches that a replica keeps for others, for one life of it.</summary>
internal sealed class SimulatedArchive(CodecLimits limits)
{
    private readonly SortedDictionary<long, ArchiveEffect> _parts = [];

    public void Keep(ArchiveEffect part) => _parts[part.First.Value] = part;

    public void Forget(Instance upTo)
    {
        foreach (long first in _parts.Where(p => LastOf(p.Value) <= upTo).Select(static p => p.Key).ToList())
            _parts.Remove(first);
    }

    /// <summary>The answer to a peer, as far as one part has it; null if none has the first instance.</summary>
    public Decided? Read(FetchDecided asked)
    {
        ArchiveEffect? part = _parts.Values.LastOrDefault(p => p.First <= asked.From);
        if (part is null || asked.From > LastOf(part)) return null;
        DecidedStretch stretch = new(asked);
        foreach (ArchivedBatch batch in part.Batches.Skip((int)(asked.From - part.First)))
        {
            if (!stretch.HasRoomFor(batch.Encoded.Length)) break;
            Batch? body = null;
            if (asked.WithBodies && !BatchCodec.TryDecode(batch.Encoded, limits, out body))
                throw new InvalidOperationException($"The archived batch of {stretch.Next} is none.");
            stretch.Add(batch.Value, body);
        }
        return stretch.Complete();
    }

    private static Instance LastOf(ArchiveEffect part) => part.First + (part.Batches.Count - 1);
}
