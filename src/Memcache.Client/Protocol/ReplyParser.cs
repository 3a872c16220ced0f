using System.Buffers.Text;

namespace Memcache.Client.Protocol;

/// <summary>
/// Reads what a server sends. The server is not trusted: lines and values have bounds, a reply has only flags that were
/// asked for, and nothing is allocated for what has not come.
/// </summary>
internal static class ReplyParser
{
    /// <summary>The longest line that is taken, with its end.</summary>
    public const int LineBytesMax = 2048;

    /// <summary>Reads the reply at the front of the input.</summary>
    /// <param name="input">What has come.</param>
    /// <param name="valueBytesMax">The longest value that is taken.</param>
    /// <param name="reply">The reply, if it is whole.</param>
    /// <param name="consumed">Its bytes.</param>
    public static ReplyProgress TryParse(
        ReadOnlySpan<byte> input, int valueBytesMax, out ReplyHead reply, out int consumed)
    {
        (reply, consumed) = (default, 0);
        int end = input[..Math.Min(input.Length, LineBytesMax)].IndexOf("\r\n"u8);
        if (end < 0) return input.Length < LineBytesMax ? ReplyProgress.NeedsMore : ReplyProgress.Malformed;
        ReadOnlySpan<byte> line = input[..end];
        int space = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = space < 0 ? line : line[..space], rest = space < 0 ? default : line[(space + 1)..];
        if (!TryKind(word, out reply.Kind)) return ReplyProgress.Malformed;
        consumed = end + 2;
        switch (reply.Kind)
        {
            case ReplyKind.Value:
                return ReadValue(input, rest, valueBytesMax, ref reply, ref consumed);
            case ReplyKind.Version or ReplyKind.Statistic or ReplyKind.ClientError or ReplyKind.ServerError:
                (reply.Start, reply.Length) = (end - rest.Length, rest.Length);
                return ReplyProgress.Whole;
            case ReplyKind.Ok or ReplyKind.Stored or ReplyKind.End or ReplyKind.Error or ReplyKind.NoOperation:
                return rest.IsEmpty ? ReplyProgress.Whole : ReplyProgress.Malformed;
            default:
                return TryFlags(rest, ref reply) ? ReplyProgress.Whole : ReplyProgress.Malformed;
        }
    }

    private static ReplyProgress ReadValue(
        ReadOnlySpan<byte> input, ReadOnlySpan<byte> rest, int valueBytesMax, ref ReplyHead reply, ref int consumed)
    {
        int space = rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> digits = space < 0 ? rest : rest[..space], flags = space < 0 ? default : rest[(space + 1)..];
        if (!TryNumber(digits, out ulong length) || length > (ulong)valueBytesMax || !TryFlags(flags, ref reply))
            return ReplyProgress.Malformed;
        (reply.Start, reply.Length) = (consumed, (int)length);
        if (input.Length - consumed < reply.Length + 2) return ReplyProgress.NeedsMore;
        consumed += reply.Length + 2;
        return input[(consumed - 2)..consumed].SequenceEqual("\r\n"u8)
            ? ReplyProgress.Whole
            : ReplyProgress.Malformed;
    }

    private static bool TryKind(ReadOnlySpan<byte> word, out ReplyKind kind)
    {
        ReplyKind? known = word switch
        {
            [(byte)'V', (byte)'A'] => ReplyKind.Value,
            [(byte)'H', (byte)'D'] => ReplyKind.Done,
            [(byte)'E', (byte)'N'] => ReplyKind.Miss,
            [(byte)'N', (byte)'S'] => ReplyKind.NotStored,
            [(byte)'E', (byte)'X'] => ReplyKind.Exists,
            [(byte)'N', (byte)'F'] => ReplyKind.NotFound,
            [(byte)'M', (byte)'N'] => ReplyKind.NoOperation,
            [(byte)'O', (byte)'K'] => ReplyKind.Ok,
            _ when word.SequenceEqual("STORED"u8) => ReplyKind.Stored,
            _ when word.SequenceEqual("VERSION"u8) => ReplyKind.Version,
            _ when word.SequenceEqual("STAT"u8) => ReplyKind.Statistic,
            _ when word.SequenceEqual("END"u8) => ReplyKind.End,
            _ when word.SequenceEqual("ERROR"u8) => ReplyKind.Error,
            _ when word.SequenceEqual("CLIENT_ERROR"u8) => ReplyKind.ClientError,
            _ when word.SequenceEqual("SERVER_ERROR"u8) => ReplyKind.ServerError,
            _ => null,
        };
        kind = known ?? default;
        return known is not null;
    }

    private static bool TryFlags(ReadOnlySpan<byte> flags, ref ReplyHead reply)
    {
        foreach (Range range in flags.Split((byte)' '))
        {
            ReadOnlySpan<byte> flag = flags[range];
            if (!flag.IsEmpty && !TryFlag((char)flag[0], flag[1..], ref reply)) return false;
        }
        return true;
    }

    private static bool TryFlag(char letter, ReadOnlySpan<byte> text, ref ReplyHead reply)
    {
        switch (letter)
        {
            case 'W' or 'X' or 'Z' when text.IsEmpty:
                reply.HasWon |= letter == 'W';
                reply.IsStale |= letter == 'X';
                reply.IsTaken |= letter == 'Z';
                return true;
            case 't' when text is [(byte)'-', (byte)'1']:
                reply.TimeToLive = -1;
                return true;
        }
        if (!TryNumber(text, out ulong number)) return false;
        switch (letter)
        {
            case 'O':
                reply.Opaque = number;
                return true;
            case 'c':
                reply.Cas = number;
                return true;
            case 'f' when number <= uint.MaxValue:
                reply.ClientFlags = (uint)number;
                return true;
            case 't' when number <= long.MaxValue:
                reply.TimeToLive = (long)number;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Digits and nothing else.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> text, out ulong number) =>
        Utf8Parser.TryParse(text, out number, out int taken) && taken == text.Length && text[0] != (byte)'+';
}
