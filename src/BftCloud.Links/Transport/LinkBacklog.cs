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

    /// <summary>The limit of a client identity. What does not fit waits in its sockets.</summary>
    public const int ClientBytesMax = 4 << 20;

    /// <summary>
    /// Each link of a remote still brings the message that it is reading. Beyond so many times the limit that is
    /// dropped: a remote that comes back again and again would bring any number.
    /// </summary>
    private const int DropFactor = 4;

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
        Interlocked.Add(ref _bytes, frameBytes + MessageOverheadBytes);
        return Room();
    }

    /// <summary>As <see cref="Add"/>; false if so much waits that the message is to be dropped.</summary>
    public bool TryAdd(int frameBytes, out ValueTask room)
    {
        bool isAdded = Interlocked.Read(ref _bytes) < (long)DropFactor * bytesMax;
        room = isAdded ? Add(frameBytes) : Room();
        return isAdded;
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

    private ValueTask Room()
    {
        if (Interlocked.Read(ref _bytes) < bytesMax) return ValueTask.CompletedTask;
        lock (_lock)
        {
            if (Interlocked.Read(ref _bytes) < bytesMax) return ValueTask.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_drained.Task);
        }
    }
}
