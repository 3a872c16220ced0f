using System.Threading.Tasks.Sources;

namespace KvStore.Gateway;

/// <summary>
/// Commands that one connection has handed over to be executed, and what came of them. One object serves all
/// submissions of a connection, of which there is one at a time.
/// </summary>
internal sealed class RespSubmission : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };

    /// <summary>The commands, one behind the other.</summary>
    public ReadOnlyMemory<byte> Commands { get; private set; }

    /// <summary>How many they are.</summary>
    public int Count { get; private set; }

    /// <summary>It is one command - a transaction - that cannot stand in a pipeline.</summary>
    public bool StandsAlone { get; private set; }

    /// <summary>How many were executed: at least one.</summary>
    public int Executed { get; private set; }

    /// <summary>Their replies, one behind the other.</summary>
    public ReadOnlyMemory<byte> Replies { get; private set; }

    public void Begin(ReadOnlyMemory<byte> commands, int count, bool standsAlone)
    {
        _source.Reset();
        (Commands, Count, StandsAlone) = (commands, count, standsAlone);
        (Executed, Replies) = (0, default);
    }

    /// <summary>Completes when the store has replied; throws if no voted reply was had.</summary>
    public ValueTask Completion => new(this, _source.Version);

    public void Complete(int executed, ReadOnlyMemory<byte> replies)
    {
        (Executed, Replies) = (executed, replies);
        _source.SetResult(true);
    }

    public void Fail(Exception failure) => _source.SetException(failure);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
