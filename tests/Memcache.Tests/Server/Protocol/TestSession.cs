using System.Text;
using Memcache.Server.Protocol;
using Memcache.Server.Store;

namespace Memcache.Tests.Server.Protocol;

/// <summary>A connection without a socket: input in pieces, as a host hands it on, and the replies as text.</summary>
internal sealed class TestSession(CacheStore store, UserList? users = null, int outputBytes = 32 << 10)
{
    public const int InputBytesMax = 16 << 10;

    private readonly Session _session = new(store, new NoFacts(), users, InputBytesMax);
    private readonly ReplyBuffer _output = new(outputBytes);
    private readonly List<byte> _held = [];
    private readonly StringBuilder _replies = new();

    public bool IsClosed { get; private set; }

    public Session Session => _session;

    /// <summary>The replies to this input.</summary>
    public string Say(string input) => Say(Encoding.Latin1.GetBytes(input));

    public string Say(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty && !IsClosed)
        {
            int length = Math.Min(input.Length, InputBytesMax - _held.Count);
            if (length == 0) throw new InvalidOperationException("The session waits for more than it may hold.");
            _held.AddRange(input[..length]);
            input = input[length..];
            while (Step() is not (Progress.NeedsInput or Progress.Closes)) { }
        }
        return TakeReplies();
    }

    /// <summary>Input that is looked at step by step.</summary>
    public void Hold(string input) => _held.AddRange(Encoding.Latin1.GetBytes(input));

    /// <summary>One step; what it writes is sent.</summary>
    public Progress Step()
    {
        Progress progress = _session.Step(_held.ToArray(), _output, commandsMax: 20, out int consumed);
        _held.RemoveRange(0, consumed);
        _replies.Append(Encoding.Latin1.GetString(_output.Written.Span));
        _output.Clear();
        IsClosed |= progress == Progress.Closes;
        return progress;
    }

    public string TakeReplies()
    {
        string replies = _replies.ToString();
        _replies.Clear();
        return replies;
    }
}
