using BftCloud.Primitives;

namespace DepSky.Protocol;

/// <summary>
/// What can happen to a core. Answers come from clouds, so nothing in them is believed before it is verified.
/// </summary>
internal abstract record Input;

/// <summary>The operation begins. The first input of every core, and given once.</summary>
internal sealed record StartInput : Input
{
    public static StartInput Instance { get; } = new();
}

/// <summary>
/// A call that <see cref="StartCallEffect"/> asked for has come to this. One that is not awaited is passed over.
/// </summary>
internal sealed record AnswerInput(CallId Call, CloudAnswer Answer) : Input;

/// <summary>Time has reached the core's next deadline, or simply passed.</summary>
internal sealed record TickInput : Input
{
    public static TickInput Instance { get; } = new();
}

/// <summary>
/// To a writer: the next segment is encoded, and the host has its blocks until <see cref="SegmentStoredEffect"/>.
/// </summary>
/// <param name="Digests">Of each cloud's block, or one for all.</param>
internal sealed record SegmentEncodedInput(IReadOnlyList<Digest> Digests) : Input;

/// <summary>To a writer that resumes an upload: the next segment was stored before the interruption.</summary>
internal sealed record SegmentResumedInput(SegmentDigests Digests) : Input;

/// <summary>To a writer: no segment follows.</summary>
internal sealed record ContentEndedInput(long SizeBytes) : Input;

/// <summary>To a writer: the answer to <see cref="QueryLeaseEffect"/>.</summary>
internal sealed record LeaseInput(long ExpiresAtMs) : Input;

/// <summary>
/// To a reader: the host is done with the oldest segment of <see cref="SegmentFetchedEffect"/>; there is room for one
/// more.
/// </summary>
internal sealed record SegmentTakenInput : Input
{
    public static SegmentTakenInput Instance { get; } = new();
}
