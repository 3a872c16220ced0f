namespace BftCloud.Monitoring;

/// <summary>What a replica says of itself at <c>/status</c> while it reads its disk, with status 503.</summary>
internal sealed record StartReport
{
    public required int Id { get; init; }
    public required int Pid { get; init; }
    public required string ClusterId { get; init; }
    public required string Service { get; init; }

    /// <summary>How far it is.</summary>
    public required ProgressReport Progress { get; init; }

    /// <summary>Why it does not take part yet, as a predicate.</summary>
    public const string NotReady = "is starting: it reads its disk";
}
