using BftCloud.Primitives;

namespace KvStore.Gateway;

/// <summary>What a connection watches, and queues between MULTI and EXEC.</summary>
internal sealed class RespTransaction
{
    /// <summary>What surrounds the conditions and commands of a transaction, and more, bytes.</summary>
    public const int FrameBytes = 64;

    private readonly List<(byte[] Key, long Revision)> _watched = [];

    public bool IsQueueing { get; private set; }

    /// <summary>A command could not be queued: EXEC will fail.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>The commands queued.</summary>
    public RespBatch Queued { get; } = new();

    /// <summary>Keys, each with the revision that it must still have at EXEC.</summary>
    public IReadOnlyList<(byte[] Key, long Revision)> Watched => _watched;

    /// <summary>What the keys watched take in the operation, bytes.</summary>
    public int WatchedBytes => _watched.Sum(static w => w.Key.Length + 3 * CanonicalFormat.HeaderBytesMax);

    /// <summary>Whether more is queued than fits into an operation of so many bytes.</summary>
    public bool IsLongerThan(int bytes) => Queued.Pending.Count > RespLimits.QueuedCommandsMax
        || Queued.Bytes + WatchedBytes > bytes - FrameBytes;

    public void Begin() => IsQueueing = true;

    /// <summary>A command was refused; between MULTI and EXEC that aborts the transaction.</summary>
    public void Abort()
    {
        if (!IsQueueing) return;
        IsAborted = true;
        Queued.Clear();
    }

    public void Watch(byte[] key, long revision)
    {
        // Watched already: the first look counts.
        if (!_watched.Exists(w => w.Key.AsSpan().SequenceEqual(key))) _watched.Add((key, revision));
    }

    public void Unwatch() => _watched.Clear();

    /// <summary>After EXEC or DISCARD.</summary>
    public void End()
    {
        IsQueueing = IsAborted = false;
        Queued.Clear();
        Unwatch();
    }
}
