using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Instances;

/// <summary>
/// What every ordering protocol knows of one instance: the batches that can still matter, the decided value, whether it
/// was executed. An ordering derives from it and adds its votes.
/// Invariants: a decided value never changes; only a decided instance is executed, once.
/// </summary>
internal class DecidedInstance(Instance number)
{
    // Thousands of instances are kept, nearly all of them with one body: it takes no more room than that needs.
    private Batch[] _bodies = [];
    private BatchArchive.Block? _archived;

    public Instance Number => number;

    public Digest? Decided { get; private set; }

    public bool IsExecuted { get; private set; }

    /// <summary>
    /// This replica took part in deciding it: what it knows may have to be told until a checkpoint covers it.
    /// </summary>
    public virtual bool IsEvidence => false;

    /// <summary>When the missing body was last asked for, monotonic microseconds.</summary>
    public long BodyAskedMicros { get; set; } = long.MinValue / 2;

    /// <summary>When its proposal was first seen here, monotonic microseconds; null if none was.</summary>
    public virtual long? ProposedMicros => null;

    public void RecordDecision(Digest value)
    {
        Invariant.Holds(Decided is null || Decided == value, "a decided value never changes");
        Decided = value;
    }

    public Batch? Body(Digest value)
    {
        foreach (Batch body in _bodies)
        {
            if (body.Digest == value) return body;
        }
        return null;
    }

    /// <summary>Whether a body with this digest would be of use.</summary>
    public virtual bool IsWanted(Digest value) => Body(value) is null && Decided == value;

    /// <summary>
    /// Keeps a body. One that can no longer matter is dropped, so that a leader's string of proposals through many
    /// regencies does not grow memory.
    /// </summary>
    public void KeepBody(Batch body)
    {
        if (Body(body.Digest) is not null) return;
        _bodies = _bodies.Length == 0
            ? [body]
            : [.. _bodies.Where(b => b.Digest == Decided || IsUnderVote(b.Digest)), body];
    }

    /// <summary>Whether the ordering may still need the body of this value.</summary>
    protected virtual bool IsUnderVote(Digest value) => false;

    /// <summary>Whether a record of the ordering already holds the batch of this value.</summary>
    public virtual bool IsBodyLogged(Digest value) => false;

    /// <summary>
    /// The log records that rebuild what is known of the instance, in the order in which they are replayed.
    /// </summary>
    public virtual IEnumerable<LogRecord> Records()
    {
        if (Decided is { } decided)
            yield return new ValueDecided(number, decided, IsBodyLogged(decided) ? null : Body(decided));
    }

    /// <summary>Once executed, only the decided body can be asked for, and only for its bytes.</summary>
    public void MarkExecuted(CodecLimits limits, BatchArchive archive)
    {
        Invariant.Holds(Decided is not null, "only a decided instance is executed");
        IsExecuted = true;
        Batch? body = Decided is { } decided ? Body(decided) : null;
        if (body is not null && _archived is null)
            body = BatchCodec.Compact(body, archive.Keep(body.Encoded, out _archived), limits);
        _bodies = body is null ? [] : [body];
    }

    /// <summary>The instance is forgotten.</summary>
    public void Release(BatchArchive archive)
    {
        if (_archived is not null) archive.Release(_archived);
    }
}
