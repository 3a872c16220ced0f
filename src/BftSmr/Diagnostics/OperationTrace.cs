using System.Buffers.Binary;
using System.Diagnostics;
using BftCloud.Primitives;

namespace BftSmr.Diagnostics;

/// <summary>
/// The trace that an operation belongs to: every node computes the same, so nothing about it is sent. Costs nothing
/// while nothing listens.
/// </summary>
internal static class OperationTrace
{
    private const int TraceIdBytes = 16;
    private const int SpanIdBytes = 8;

    private static readonly ActivitySource s_source = new(BftDiagnostics.ActivitySourceName);

    private static ReadOnlySpan<byte> Domain => "bftsmr trace"u8;

    public static bool IsListenedTo => s_source.HasListeners();

    /// <summary>An ordered operation.</summary>
    public static ActivityContext OfOrdered(SessionId session, ulong sequence) =>
        Of(session, sequence, isOrdered: true);

    /// <summary>An unordered read.</summary>
    public static ActivityContext OfRead(SessionId session, ulong readId) => Of(session, readId, isOrdered: false);

    /// <summary>Tells of something that is over.</summary>
    /// <param name="name">What was done.</param>
    /// <param name="kind">At the client, or at a replica.</param>
    /// <param name="trace">The trace of the operation.</param>
    /// <param name="began">When it began.</param>
    /// <param name="ended">When it was over.</param>
    /// <param name="tags">What else is known of it.</param>
    /// <param name="error">Why it failed; null if it did not.</param>
    /// <param name="caller">What the caller was doing, in a trace of its own.</param>
    public static void Tell(
        string name, ActivityKind kind, ActivityContext trace, DateTimeOffset began, DateTimeOffset ended,
        IEnumerable<KeyValuePair<string, object?>> tags, string? error = null, ActivityContext? caller = null)
    {
        ActivityLink[]? links = caller is { } context ? [new ActivityLink(context)] : null;
        using Activity? activity = s_source.StartActivity(name, kind, trace, tags, links, began);
        if (activity is null) return;
        if (error is not null) activity.SetStatus(ActivityStatusCode.Error, error);
        activity.SetEndTime(ended.UtcDateTime);
    }

    private static ActivityContext Of(SessionId session, ulong number, bool isOrdered)
    {
        Span<byte> statement = stackalloc byte[Domain.Length + 1 + sizeof(int) + 2 * sizeof(ulong)];
        Domain.CopyTo(statement);
        Span<byte> fields = statement[Domain.Length..];
        fields[0] = isOrdered ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(fields[1..], session.Client.Value);
        BinaryPrimitives.WriteUInt64BigEndian(fields[5..], session.Nonce);
        BinaryPrimitives.WriteUInt64BigEndian(fields[13..], number);
        Span<byte> hash = stackalloc byte[Digest.Size];
        Blake2b.Hash(statement).CopyTo(hash);
        return new ActivityContext(
            ActivityTraceId.CreateFromBytes(hash[..TraceIdBytes]),
            ActivitySpanId.CreateFromBytes(hash.Slice(TraceIdBytes, SpanIdBytes)),
            ActivityTraceFlags.Recorded, isRemote: true);
    }
}
