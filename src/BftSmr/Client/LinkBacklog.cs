namespace BftSmr.Client;

/// <summary>
/// Bytes that one replica has sent and the loop has not taken yet. Beyond the limit nothing more is read from its link until the loop has taken half:
/// a replica that floods its clients is slowed down, alone.
/// </summary>
internal sealed class LinkBacklog
{
    /// <summary>The limit, bytes; every message counts for <see cref="MessageOverheadBytes"/> more than it has.</summary>
    public const int BytesMax = 16 << 20;

    private const int MessageOverheadBytes = 256;

    private readonly Lock _lock = new();
    private long _bytes;
    private TaskCompletionSource? _drained;

    public ValueTask Add(int frameBytes)
    {
        if (Interlocked.Add(ref _bytes, frameBytes + MessageOverheadBytes) < BytesMax) return ValueTask.CompletedTask;
        lock (_lock)
        {
            if (Interlocked.Read(ref _bytes) < BytesMax) return ValueTask.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_drained.Task);
        }
    }

    public void Take(int frameBytes)
    {
        if (Interlocked.Add(ref _bytes, -(frameBytes + MessageOverheadBytes)) > BytesMax / 2 || Volatile.Read(ref _drained) is null) return;
        lock (_lock)
        {
            _drained?.TrySetResult();
            _drained = null;
        }
    }
}
