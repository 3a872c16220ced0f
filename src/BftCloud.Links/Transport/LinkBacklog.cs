namespace BftCloud.Links;

/// <summary>
/// Bytes that one remote has sent and the loop that takes them has not taken yet. Beyond the limit nothing more is read
/// from its links until the loop has taken half: a remote that floods is slowed down, alone.
/// </summary>
/// <param name="bytesMax">The limit, bytes; every message counts for <see cref="MessageOverheadBytes"/> more than it
/// has.</param>
/// <param name="total">What all remotes share, if anything: one may have no more than is left for all others. So k
/// greedy remotes leave a (k+1)-th of it free.</param>
internal sealed class LinkBacklog(int bytesMax = LinkBacklog.BytesMax, TotalBudget? total = null)
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

    private long Limit => total is null ? bytesMax : Math.Min(bytesMax, total.Free);

    /// <summary>
    /// To be called before the message is queued, so that taking it comes after. The link is not read while the result
    /// is incomplete.
    /// </summary>
    public ValueTask Add(int frameBytes)
    {
        total?.Add(frameBytes + MessageOverheadBytes);
        Interlocked.Add(ref _bytes, frameBytes + MessageOverheadBytes);
        return Room();
    }

    /// <summary>As <see cref="Add"/>; false if so much waits that the message is to be dropped.</summary>
    public bool TryAdd(int frameBytes, out ValueTask room)
    {
        long waiting = Interlocked.Read(ref _bytes);
        bool isAdded = waiting == 0 || (waiting < (long)DropFactor * bytesMax && total is not { IsOverdrawn: true });
        room = isAdded ? Add(frameBytes) : Room();
        return isAdded;
    }

    /// <summary>The message was taken from the queue.</summary>
    public void Take(int frameBytes)
    {
        total?.Release(frameBytes + MessageOverheadBytes);
        long left = Interlocked.Add(ref _bytes, -(frameBytes + MessageOverheadBytes));
        if (Volatile.Read(ref _drained) is null || (left > 0 && left > Limit / 2)) return;
        lock (_lock)
        {
            _drained?.TrySetResult();
            _drained = null;
        }
    }

    private ValueTask Room()
    {
        if (HasRoom()) return ValueTask.CompletedTask;
        lock (_lock)
        {
            if (HasRoom()) return ValueTask.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_drained.Task);
        }
    }

    /// <summary>
    /// A remote of which nothing waits always has room: taking the last message is what it waits for.
    /// </summary>
    private bool HasRoom()
    {
        long waiting = Interlocked.Read(ref _bytes);
        return waiting == 0 || waiting < Limit;
    }
}
