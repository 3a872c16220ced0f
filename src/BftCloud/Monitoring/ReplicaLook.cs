namespace BftCloud.Monitoring;

/// <summary>What a replica answers that is asked where it stands. Nothing, if it does not answer.</summary>
/// <param name="Report">What it says when it runs.</param>
/// <param name="Start">What it says while it starts.</param>
internal sealed record ReplicaLook(ReplicaReport? Report, StartReport? Start)
{
    /// <summary>It does not answer.</summary>
    public static ReplicaLook None { get; } = new(null, null);

    /// <summary>How far it is; null if it does not say.</summary>
    public ProgressReport? Progress => Report?.Progress ?? Start?.Progress;

    /// <summary>Why it does not take part in full, as a predicate; null if it does, or does not answer.</summary>
    public string? NotReady => Report is null && Start is not null ? StartReport.NotReady : Report?.NotReady;
}
