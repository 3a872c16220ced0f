namespace KvStore;

/// <summary>How a batch ended.</summary>
/// <param name="Committed">All conditions held, and the commands were carried out.</param>
/// <param name="FailedCondition">If not: the index of the first condition that did not hold.</param>
/// <param name="Replies">The replies to the commands, in their order; empty if not committed.</param>
public sealed record KvBatchResult(bool Committed, int? FailedCondition, IReadOnlyList<KvReply> Replies);
