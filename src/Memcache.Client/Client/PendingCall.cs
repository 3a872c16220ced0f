using Memcache.Client.Protocol;

namespace Memcache.Client;

/// <summary>A request that was sent, until its reply has come.</summary>
internal sealed class PendingCall(RequestShape shape, ulong number)
{
    /// <summary>The most lines of statistics that are taken.</summary>
    private const int LinesMax = 10_000;

    private readonly TaskCompletionSource<Reply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _lines = [];

    public Task<Reply> Reply => _reply.Task;

    /// <summary>Takes a reply. False: it is none to this request.</summary>
    /// <param name="head">What its line says.</param>
    /// <param name="bytes">Its value or text.</param>
    /// <param name="isLast">The call is over with it.</param>
    public bool TryTake(in ReplyHead head, ReadOnlySpan<byte> bytes, out bool isLast)
    {
        bool isError = head.Kind is ReplyKind.Error or ReplyKind.ClientError or ReplyKind.ServerError;
        isLast = head.Kind != ReplyKind.Statistic;
        if (!Protocol.Reply.Answers(shape, head.Kind)) return false;
        if (!isError && Protocol.Reply.IsNumbered(shape) && head.Opaque != number) return false;
        if (!isLast)
        {
            _lines.Add(System.Text.Encoding.Latin1.GetString(bytes));
            return _lines.Count <= LinesMax;
        }
        if (isError)
        {
            _reply.TrySetException(new MemcacheException(
                MemcacheErrorCode.Refused,
                $"The cache server refused the request: {Shown(head.Kind, bytes)}. "
                + "Compare the request with its limits."));
            return true;
        }
        // A plain null would become an empty value.
        ReadOnlyMemory<byte>? value = head.Kind == ReplyKind.Value ? bytes.ToArray() : default(ReadOnlyMemory<byte>?);
        _reply.TrySetResult(new Reply(head, value, _lines));
        return true;
    }

    public void Fail(Exception exception)
    {
        _reply.TrySetException(exception);
        _ = _reply.Task.Exception; // its caller may have given up
    }

    private static string Shown(ReplyKind kind, ReadOnlySpan<byte> text) => kind == ReplyKind.Error
        ? "it does not know the command"
        : string.Concat(System.Text.Encoding.Latin1.GetString(text).Select(
            static c => char.IsAsciiLetterOrDigit(c) || char.IsPunctuation(c) || c == ' ' ? c : '?'));
}
