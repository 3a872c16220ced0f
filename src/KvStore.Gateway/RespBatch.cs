using BftCloud.Primitives;
using KvStore.Operations;
using KvStore.Gateway.Protocol;

namespace KvStore.Gateway;

/// <summary>
/// Commands of one connection that wait to be executed together, and what their replies will be, in order. Commands
/// that the gateway answers itself have their replies in here already.
/// </summary>
internal sealed class RespBatch
{
    private readonly List<PendingReply> _pending = [];
    private int _commandStart, _answerBytes;

    /// <summary>The store's commands, one behind the other.</summary>
    public ByteBuffer Operations { get; } = new();

    /// <summary>How many they are.</summary>
    public int OperationCount { get; private set; }

    /// <summary>None of them changes anything or depends on the time.</summary>
    public bool OnlyReads { get; private set; } = true;

    /// <summary>Replies that are known.</summary>
    public RespWriter Known { get; } = new();

    /// <summary>What the commands and their replies hold, bytes.</summary>
    public int Bytes => Operations.Length + Known.Length + _answerBytes;

    /// <summary>The client does not want the reply to the command that is being added.</summary>
    public bool IsSilent { get; set; }

    /// <summary>All replies, in order.</summary>
    public IReadOnlyList<PendingReply> Pending => _pending;

    public bool IsFull =>
        _pending.Count >= RespLimits.BatchCommandsMax || Bytes >= RespLimits.BatchBytesMax;

    /// <summary>Begins a command of the store, which is written to the buffer returned.</summary>
    public ByteBuffer Begin(bool isRead)
    {
        _commandStart = Operations.Length;
        OnlyReads &= isRead;
        return Operations;
    }

    /// <summary>Ends the command. False, and it is taken back, if it is longer than that.</summary>
    public bool TryEnd(string command, RespFormat format, int bytesMax)
    {
        int length = Operations.Length - _commandStart;
        if (length > bytesMax)
        {
            Operations.Length = _commandStart;
            return false;
        }
        _pending.Add(new PendingReply(command, format, _commandStart, length, IsSilent));
        OperationCount++;
        return true;
    }

    /// <summary>Adds a reply that was written to <see cref="Known"/> since it had this length.</summary>
    public void AddKnown(string command, int start) =>
        _pending.Add(new PendingReply(command, null, start, Known.Length - start, IsSilent));

    /// <summary>Adds a reply that is written when its turn has come.</summary>
    public void AddAnswer(string command, int bytes, Action<RespWriter> answer)
    {
        _pending.Add(new PendingReply(command, null, 0, 0, IsSilent, answer));
        _answerBytes += bytes;
    }

    public void Clear()
    {
        _pending.Clear();
        _answerBytes = 0;
        Operations.Reset();
        OperationCount = 0;
        OnlyReads = true;
        Known.Reset();
    }
}
