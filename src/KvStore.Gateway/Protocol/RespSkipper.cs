using KvStore.Commands;

namespace KvStore.Gateway.Protocol;

/// <summary>Reads past the rest of a command that is too long to be kept.</summary>
internal sealed class RespSkipper
{
    private int _bulksLeft;
    private long _bytesLeft;

    /// <summary>A command is being read past.</summary>
    public bool IsSkipping { get; private set; }

    /// <summary>Begins, with so many bulks not yet passed, so many bytes of the first of them.</summary>
    public void Begin(int bulksLeft, long bytesLeft)
    {
        IsSkipping = true;
        (_bulksLeft, _bytesLeft) = (bulksLeft, bytesLeft);
    }

    /// <summary>Passes what it can. <see cref="RespParseResult.Command"/>: the command has ended.</summary>
    public RespParseResult Skip(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        while (true)
        {
            int passed = (int)Math.Min(_bytesLeft, input.Length - consumed);
            consumed += passed;
            _bytesLeft -= passed;
            if (_bytesLeft > 0) return RespParseResult.Incomplete;
            if (_bulksLeft <= 1)
            {
                IsSkipping = false;
                return RespParseResult.Command;
            }
            ReadOnlySpan<byte> rest = input[consumed..];
            int end = rest.IndexOf((byte)'\r');
            if (end < 0 || end + 2 > rest.Length)
                return rest.Length > RespLimits.LineBytesMax
                    ? RespParseResult.ProtocolError
                    : RespParseResult.Incomplete;
            if (rest[0] != '$' || !IntegerText.TryParse(rest[1..end], out long length)
                || length < 0 || length > RespLimits.BulkBytesMax)
                return RespParseResult.ProtocolError;
            consumed += end + 2;
            _bulksLeft--;
            _bytesLeft = length + 2;
        }
    }
}
