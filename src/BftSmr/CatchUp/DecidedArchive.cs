using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Instances;
using BftSmr.Messages;

namespace BftSmr.CatchUp;

/// <summary>
/// What is on disk of the executed batches that left memory. A batch goes there while some replica is not known to have
/// executed it, so that a replica that fetches a checkpoint finds the stretch above it, however long the fetch took.
/// The oldest batches give way. The archive spans no restart: the others have theirs. Invariants: the archive is one
/// stretch without a gap, of what was executed here; it takes no more than <see cref="BytesMax"/> and one part.
/// </summary>
internal sealed class DecidedArchive(ReplicaContext context, PeerProgress progress)
{
    /// <summary>The batches of a part take no more, unless it has one batch alone.</summary>
    public const int PartBytesMax = 8 << 20;

    /// <summary>Batches of a part.</summary>
    public const int PartInstancesMax = 4096;

    /// <summary>What is kept where the state is smaller than that.</summary>
    private const long BytesMin = 256 << 20;

    private readonly Queue<Part> _parts = new();
    private Instance _last;
    private long _bytes;
    private long _stateBytes;

    /// <summary>As much as the state takes: while that is fetched, as much may be executed.</summary>
    public long BytesMax => Math.Max(BytesMin, _stateBytes);

    /// <summary>Whether the batch of this instance is here.</summary>
    public bool Has(Instance instance) =>
        _parts.TryPeek(out Part first) && instance >= first.First && instance <= _last;

    /// <summary>These instances leave memory, in order.</summary>
    /// <param name="leaving">They.</param>
    /// <param name="stateBytes">The size of the last stable checkpoint.</param>
    public void Keep(IReadOnlyList<DecidedInstance> leaving, long stateBytes)
    {
        _stateBytes = stateBytes;
        Instance needed = progress.ExecutedByAll, next = Instance.Zero;
        List<ArchivedBatch> part = [];
        long bytes = 0;
        foreach (DecidedInstance instance in leaving)
        {
            if (instance.Number <= needed) continue;
            // The state may have jumped over some: then what is kept begins behind them.
            if (instance is not { IsExecuted: true, Decided: { } value }) continue;
            if (instance.Body(value) is not { } body) continue;
            bool isFull = part.Count == PartInstancesMax || bytes + body.Encoded.Length > PartBytesMax;
            if (part.Count > 0 && (isFull || instance.Number != next))
            {
                Add(next, part, bytes);
                part = [];
                bytes = 0;
            }
            part.Add(new ArchivedBatch(value, body.Encoded.ToArray()));
            bytes += body.Encoded.Length;
            next = instance.Number.Next;
        }
        if (part.Count > 0) Add(next, part, bytes);
        while (_parts.TryPeek(out Part oldest)
            && (oldest.Last <= needed || (_bytes > BytesMax && _parts.Count > 1))) Forget(oldest);
    }

    /// <summary>Answers a replica that asks for a stretch that begins here. False if this one does not.</summary>
    public bool TrySend(ReplicaId to, FetchDecided message)
    {
        if (!Has(message.From)) return false;
        context.Effects.Add(new SendArchivedEffect(to, message));
        return true;
    }

    /// <summary>The disk did not keep it: the others are offered a checkpoint instead.</summary>
    public void Lose()
    {
        while (_parts.TryPeek(out Part oldest)) Forget(oldest);
    }

    private void Add(Instance next, List<ArchivedBatch> batches, long bytes)
    {
        Instance first = new(next.Value - batches.Count);
        while (first != _last.Next && _parts.TryPeek(out Part old)) Forget(old);
        _last = new Instance(first.Value + batches.Count - 1);
        _parts.Enqueue(new Part(first, _last, bytes));
        _bytes += bytes;
        context.Effects.Add(new ArchiveEffect(first, batches));
        Invariant.Holds(
            _parts.Peek().First.Value <= first.Value && _bytes >= bytes, "the archive is one stretch, in order");
    }

    private void Forget(Part oldest)
    {
        _parts.Dequeue();
        _bytes -= oldest.Bytes;
        context.Effects.Add(new ForgetArchiveEffect(oldest.Last));
        Invariant.Holds(_bytes >= 0 && (_parts.Count > 0 || _bytes == 0), "what is forgotten was counted");
    }

    private readonly record struct Part(Instance First, Instance Last, long Bytes);
}
