namespace BftCloud.Links;

/// <summary>
/// Bytes that one remote has sent and the loop that takes them has not taken yet. Beyond the limit nothing more is read
/// from its links until the loop has taken half: a remote that floods is slowed down, alone.
/// </summary>
/// <param name="bytesMax">The limit, bytes; every message counts for <see cref="MessageOverheadBytes"/> more than it
/// has.</param>
internal sealed class LinkBacklog(int bytesMax = LinkBacklog.BytesMax)
{
    /// <summary>The limit unless another is given.</summary>
    public const int BytesMax = 16 << 20;

    /// <summary>
    /// What a checked signature is to count for: the work, not the bytes, is what a flood of these costs.
    /// </summary>
    public const int SignatureBytes = 16 << 10;

    private const int MessageOverheadBytes = 256;

    private readonly Lock _lock = new();
    private long _bytes;
    private TaskCompletionSource? _drained;

    /// <summary>
    /// To be called before the message is queued, so that taking it comes after. The link is not read while the result
    /// is incomplete.
    /// </summary>
    public ValueTask Add(int frameBytes)
    {
        if (Interlocked.Add(ref _bytes, frameBytes + MessageOverheadBytes) < bytesMax) return ValueTask.CompletedTask;
        lock (_lock)
        {
            if (Interlocked.Read(ref _bytes) < bytesMax) return ValueTask.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_drained.Task);
        }
    }

    /// <summary>The message was taken from the queue.</summary>
    public void Take(int frameBytes)
    {
        if (Interlocked.Add(ref _bytes, -(frameBytes + MessageOverheadBytes)) > bytesMax / 2
            || Volatile.Read(ref _drained) is null) return;
        lock (_lock)
        {
            _drained?.TrySetResult();
            _drained = null;
        }
    }
}
