namespace DepSky.Protocol;

/// <summary>What a core asks of its host, to be carried out in order.</summary>
internal abstract record Effect;

/// <summary>Starts a call; answered by <see cref="AnswerInput"/>.</summary>
internal sealed record StartCallEffect(CallId Id, CloudCall Call) : Effect;

/// <summary>Cancels a call: its answer is not wanted any more. The cloud may do it all the same.</summary>
internal sealed record AbandonCallEffect(CallId Id) : Effect;

/// <summary>A write has chosen its version; nothing of it has been sent yet.</summary>
internal sealed record NumberedEffect(VersionId Id) : Effect;

/// <summary>
/// The blocks of this segment are not needed any more: a quorum has acknowledged them. Once for each encoded segment.
/// </summary>
internal sealed record SegmentStoredEffect(int Segment, SegmentDigests Digests) : Effect;

/// <summary>
/// Asks how long the lock is held now, as it is renewed beside the write; answered by <see cref="LeaseInput"/>.
/// </summary>
internal sealed record QueryLeaseEffect : Effect
{
    public static QueryLeaseEffect Instance { get; } = new();
}

/// <summary>
/// The next segment, in order: the host has these clouds' blocks of it, a bit each, exactly as many as it takes to
/// decode it. Answered by <see cref="SegmentTakenInput"/>.
/// </summary>
internal sealed record SegmentFetchedEffect(int Segment, ushort Blocks) : Effect;

/// <summary>The operation is over: done, or failed. The last effect of every core.</summary>
internal sealed record FinishedEffect(ProtocolFailure? Failure) : Effect;
