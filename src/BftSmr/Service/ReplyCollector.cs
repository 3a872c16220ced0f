using System.Buffers;
using System.Text;
using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Messages;

namespace BftSmr.Service;

/// <summary>
/// Takes the replies of one batch and turns them into outcomes. Small replies share exact arrays of about
/// <see cref="PageBytes"/>: few allocations, and a reply that is kept long keeps no more than one page alive.
/// </summary>
internal sealed class ReplyCollector(int replyBytesMax) : IReplySink
{
    /// <summary>A failure's message is cut to this many bytes of UTF-8.</summary>
    public const int FailureBytesMax = 1024;

    /// <summary>
    /// Replies of one batch beyond this many bytes in total become <see cref="ReplyStatus.ReplyTooLarge"/>: what one
    /// batch can make a replica hold.
    /// </summary>
    public const long BatchReplyBytesMax = 64L << 20;

    private const int PageBytes = 4096;
    private const int NoReply = -1;

    private readonly ByteBuffer _buffer = new();
    private readonly List<(int Index, int Start, int Length)> _page = [];
    private Outcome[] _outcomes = [];
    private ReadOnlyMemory<int> _positions;
    private int _current = NoReply, _next, _start;
    private long _batchBytes;

    /// <summary>Begins a batch: every command gets an empty reply until it is given another.</summary>
    public void BeginBatch(Outcome[] outcomes)
    {
        _outcomes = outcomes;
        _batchBytes = 0;
    }

    /// <summary>
    /// Begins a run of commands that the service executes at once; the command at i in the run is the one at
    /// positions[i] of the batch.
    /// </summary>
    public void BeginRun(ReadOnlyMemory<int> positions)
    {
        _positions = positions;
        _next = 0;
    }

    public void EndRun()
    {
        EndReply();
        _positions = default;
    }

    public void EndBatch()
    {
        EndPage();
        _outcomes = [];
    }

    public IBufferWriter<byte> BeginReply(int index)
    {
        if (index < _next || index >= _positions.Length)
            throw new InvalidOperationException(
                $"Replies are asked for in ascending order, each once: {index} of {_positions.Length} is not one of "
                + "those left.");
        EndReply();
        _buffer.Length = _start; // drops the bytes that a failed command still wrote
        _current = _positions.Span[index];
        _next = index + 1;
        return _buffer;
    }

    public void Fail(int index, string message)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _positions.Length);
        int position = _positions.Span[index];
        if (position == _current)
        {
            _buffer.Length = _start;
            _current = NoReply;
        }
        _outcomes[position] = new Outcome(ReplyStatus.Failed, FailureBytes(message));
    }

    /// <summary>The message in UTF-8, cut between characters.</summary>
    public static byte[] FailureBytes(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        byte[] bytes = new byte[Math.Min(FailureBytesMax, Encoding.UTF8.GetMaxByteCount(message.Length))];
        Encoding.UTF8.GetEncoder().Convert(message, bytes, flush: true, out _, out int used, out _);
        return used == bytes.Length ? bytes : bytes[..used];
    }

    private void EndReply()
    {
        if (_current == NoReply) return;
        int length = _buffer.Length - _start;
        if (_outcomes[_current].Status == ReplyStatus.Failed)
        {
            _buffer.Length = _start; // failed before its writer was asked for
        }
        else if (length > replyBytesMax || _batchBytes + length > BatchReplyBytesMax)
        {
            _buffer.Length = _start;
            _outcomes[_current] = new Outcome(ReplyStatus.ReplyTooLarge, default);
        }
        else if (length > 0)
        {
            _page.Add((_current, _start, length));
            _start += length;
            _batchBytes += length;
        }
        _current = NoReply;
        if (_start >= PageBytes) EndPage();
    }

    private void EndPage()
    {
        if (_page.Count > 0)
        {
            byte[] page = _buffer.Written[.._start].ToArray();
            foreach ((int index, int start, int length) in _page)
            {
                if (_outcomes[index].Status == ReplyStatus.Ok)
                    _outcomes[index] = new Outcome(ReplyStatus.Ok, page.AsMemory(start, length));
            }
            _page.Clear();
        }
        _buffer.Reset();
        _start = 0;
    }
}
