namespace Memcache.Client.Protocol;

/// <summary>A reply with bytes of its own.</summary>
/// <param name="Head">What its line says.</param>
/// <param name="Value">The value; null if it has none.</param>
/// <param name="Lines">Lines of statistics, as text.</param>
internal sealed record Reply(ReplyHead Head, ReadOnlyMemory<byte>? Value, IReadOnlyList<string> Lines)
{
    public ReplyKind Kind => Head.Kind;

    /// <summary>Whether a request of this shape may be answered so. Errors answer any.</summary>
    public static bool Answers(RequestShape shape, ReplyKind kind) => shape switch
    {
        _ when kind is ReplyKind.Error or ReplyKind.ClientError or ReplyKind.ServerError => true,
        RequestShape.Get => kind is ReplyKind.Value or ReplyKind.Done or ReplyKind.Miss,
        RequestShape.Write => kind is ReplyKind.Done or ReplyKind.NotStored or ReplyKind.Exists or ReplyKind.NotFound,
        RequestShape.Count => kind is ReplyKind.Value or ReplyKind.NotFound or ReplyKind.NotStored,
        RequestShape.NoOperation => kind == ReplyKind.NoOperation,
        RequestShape.Statistics => kind is ReplyKind.Statistic or ReplyKind.End,
        RequestShape.Flush => kind == ReplyKind.Ok,
        _ => kind == ReplyKind.Stored,
    };

    /// <summary>Whether replies to requests of this shape repeat the request's number.</summary>
    public static bool IsNumbered(RequestShape shape) =>
        shape is RequestShape.Get or RequestShape.Write or RequestShape.Count;
}
