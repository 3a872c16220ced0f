using KvStore.Commands;

namespace KvStore.Gateway.Protocol;

/// <summary>
/// Parses commands of the Redis protocol: arrays of bulk strings, and inline commands. Accepts and refuses what Redis
/// does, with its error texts. Keeps nothing between calls but buffers: an incomplete command is parsed again when more
/// has come, and says how much that must be at least.
/// </summary>
internal sealed class RespParser
{
    private readonly List<(int Start, int Length)> _ranges = [];
    private byte[] _inline = [];

    /// <summary>Where the arguments of the last command stand.</summary>
    public ReadOnlySpan<(int Start, int Length)> Ranges =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ranges);

    /// <summary>
    /// The bytes of the last command's arguments: the input, or for an inline command what its quotes were resolved to.
    /// </summary>
    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> input) => IsInline ? _inline : input;

    /// <summary>The last command was an inline one.</summary>
    public bool IsInline { get; private set; }

    /// <summary>After <see cref="RespParseResult.ProtocolError"/>: its text.</summary>
    public string Error { get; private set; } = "";

    /// <summary>
    /// After <see cref="RespParseResult.Incomplete"/>: how long the input must be at least for parsing to get on.
    /// </summary>
    public int BytesNeeded { get; private set; }

    /// <summary>After <see cref="RespParseResult.TooLong"/>: bulks not read yet, the current one included…</summary>
    public int BulksLeft { get; private set; }

    /// <summary>…and bytes of the current one, with its end of line.</summary>
    public long BytesLeft { get; private set; }

    /// <summary>Parses the first command of the input. An empty one has no arguments.</summary>
    public RespParseResult Parse(ReadOnlySpan<byte> input, bool authenticated, out int consumed)
    {
        consumed = 0;
        _ranges.Clear();
        if (input.IsEmpty) return NeedMore(1);
        IsInline = input[0] != '*';
        return IsInline ? ParseInline(input, out consumed) : ParseArray(input, authenticated, out consumed);
    }

    private RespParseResult ParseArray(ReadOnlySpan<byte> input, bool authenticated, out int consumed)
    {
        consumed = 0;
        if (!TryFindLine(input, 0, "too big mbulk count string",
            out int position, out ReadOnlySpan<byte> line, out RespParseResult result))
            return result;
        if (!IntegerText.TryParse(line, out long count) || count > int.MaxValue)
            return Fail("invalid multibulk length");
        if (count > RespLimits.UnauthenticatedArgumentsMax && !authenticated)
            return Fail("unauthenticated multibulk length");
        for (long i = 0; i < count; i++)
        {
            if (position == input.Length) return NeedMore(position + 4);
            int start = position;
            if (!TryFindLine(input, start, "too big bulk count string", out position, out line, out result))
                return result;
            if (input[start] != '$') return Fail($"expected '$', got '{(char)input[start]}'");
            if (!IntegerText.TryParse(line, out long length) || length < 0 || length > RespLimits.BulkBytesMax)
                return Fail("invalid bulk length");
            if (length > RespLimits.UnauthenticatedBulkBytesMax && !authenticated)
                return Fail("unauthenticated bulk length");
            if (position + length + 2 > RespLimits.CommandBytesMax)
            {
                BulksLeft = (int)(count - i);
                BytesLeft = length + 2;
                consumed = position;
                return RespParseResult.TooLong;
            }
            if (input.Length - position < length + 2) return NeedMore(position + (int)length + 2);
            _ranges.Add((position, (int)length));
            position += (int)length + 2;
        }
        consumed = position;
        return RespParseResult.Command;
    }

    private RespParseResult ParseInline(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        int end = input.IndexOf((byte)'\n');
        if (end < 0)
            return input.Length > RespLimits.LineBytesMax ? Fail("too big inline request") : NeedMore(input.Length + 1);
        ReadOnlySpan<byte> line = input[..end];
        if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
        if (_inline.Length < line.Length) _inline = new byte[Math.Max(256, line.Length)];
        if (!InlineSplitter.TrySplit(line, _inline, _ranges)) return Fail("unbalanced quotes in request");
        consumed = end + 1;
        return RespParseResult.Command;
    }

    /// <summary>
    /// The text between the byte at <paramref name="start"/> and the carriage return, which any byte may follow, as in
    /// Redis.
    /// </summary>
    private bool TryFindLine(
        ReadOnlySpan<byte> input, int start, string tooLong, out int next, out ReadOnlySpan<byte> line,
        out RespParseResult result)
    {
        int length = input[start..].IndexOf((byte)'\r');
        next = start + length + 2;
        line = default;
        result = RespParseResult.Incomplete;
        if (length < 0)
        {
            result = input.Length - start >= RespLimits.LineBytesMax ? Fail(tooLong) : NeedMore(input.Length + 1);
            return false;
        }
        if (next > input.Length)
        {
            result = NeedMore(next);
            return false;
        }
        line = length == 0 ? default : input.Slice(start + 1, length - 1);
        return true;
    }

    private RespParseResult NeedMore(int bytes)
    {
        BytesNeeded = bytes;
        return RespParseResult.Incomplete;
    }

    private RespParseResult Fail(string error)
    {
        Error = $"ERR Protocol error: {error}";
        return RespParseResult.ProtocolError;
    }
}
