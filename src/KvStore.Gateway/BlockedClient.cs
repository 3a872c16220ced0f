namespace KvStore.Gateway;

/// <summary>
/// A connection whose command waits. All but <see cref="Outcome"/> is guarded by the <see cref="WaitList"/> it is in.
/// </summary>
internal sealed class BlockedClient(BlockingCommand command, long connection, long deadline)
{
    private readonly TaskCompletionSource<BlockedOutcome> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BlockingCommand Command { get; } = command;

    /// <summary>The connection's number.</summary>
    public long Connection { get; } = connection;

    /// <summary>When its time is over, a timestamp of the clock; <see cref="long.MaxValue"/>: never.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>Completes when the wait ends; never fails.</summary>
    public Task<BlockedOutcome> Outcome => _outcome.Task;

    public BlockedState State { get; set; }

    /// <summary>None of its keys has been looked at yet. A key of another type then ends its wait.</summary>
    public bool IsNew { get; set; } = true;

    /// <summary>Its keys, each once.</summary>
    public List<BlockedKey> Keys { get; } = [];

    /// <summary>The number of its coming.</summary>
    public long Sequence { get; set; }

    /// <summary>Its place among all that wait.</summary>
    public LinkedListNode<BlockedClient>? Place { get; set; }

    /// <summary>How it ends if the command that is under way takes nothing; null: it goes on to wait.</summary>
    public BlockedOutcome? EndsWith { get; set; }

    public void Complete(BlockedOutcome outcome)
    {
        State = BlockedState.Ended;
        _outcome.SetResult(outcome);
    }
}
