using Memcache.Server.Store;

namespace Memcache.Server.Protocol;

/// <summary>The flags of a meta command.</summary>
internal ref struct MetaFlags
{
    /// <summary>The most words of a meta command: one with more is refused.</summary>
    public const int WordsMax = 19;

    /// <summary>The longest opaque token, with its letter.</summary>
    public const int OpaqueBytesMax = 32;

    private const int LettersEnd = 127;

    /// <summary>The value is wanted (v).</summary>
    public bool Value;

    /// <summary>A nominal answer is not wanted (q).</summary>
    public bool Quiet;

    /// <summary>The item is not to count as asked for (u).</summary>
    public bool NoUse;

    /// <summary>A missing item is made (N), with <see cref="NewExpiresAt"/>.</summary>
    public bool Makes;

    /// <summary>There is a new expiry (T), <see cref="ExpiresAt"/>.</summary>
    public bool HasExpiry;

    /// <summary>The item becomes stale, or a stale value is taken (I).</summary>
    public bool Invalidates;

    /// <summary>There is a CAS value to compare (C).</summary>
    public bool Compares;

    /// <summary>The key is in base64 (b).</summary>
    public bool BinaryKey;

    public byte Mode;
    public uint ExpiresAt, NewExpiresAt, RecacheAt, ClientFlags;
    public ulong Compare, Cas, Delta, Initial;

    /// <summary>The key, decoded.</summary>
    public ReadOnlySpan<byte> Key;

    /// <summary>What is wrong; empty if nothing is.</summary>
    public ReadOnlySpan<byte> Error;

    private Span<byte> _decoded;
    private bool _isWrong;

    /// <summary>Reads the words from <paramref name="start"/> on.</summary>
    /// <param name="exchange">Tells the time.</param>
    /// <param name="tokens">The line's words.</param>
    /// <param name="start">The first flag.</param>
    /// <param name="decoded">Where a key in base64 is decoded to.</param>
    public static MetaFlags Read(Exchange exchange, in Tokens tokens, int start, Span<byte> decoded)
    {
        MetaFlags flags = new() { Key = tokens[1], Delta = 1, _decoded = decoded };
        UInt128 seen = 0;
        for (int i = start; i < tokens.Count; i++)
        {
            ReadOnlySpan<byte> token = tokens[i];
            byte letter = token[0];
            if (letter >= LettersEnd || (seen & (UInt128.One << letter)) != 0)
            {
                flags.Error = "CLIENT_ERROR duplicate flag"u8;
                return flags;
            }
            seen |= UInt128.One << letter;
            if (flags.TryTake(exchange, letter, token)) continue;
            flags.Error = "CLIENT_ERROR invalid flag"u8;
            return flags;
        }
        if (flags._isWrong && flags.Error.IsEmpty) flags.Error = Texts.BadFormat;
        return flags;
    }

    /// <summary>False: there is no such flag.</summary>
    private bool TryTake(Exchange exchange, byte letter, ReadOnlySpan<byte> token)
    {
        ReadOnlySpan<byte> argument = token[1..];
        switch ((char)letter)
        {
            case 'b':
                BinaryKey = true;
                if (Base64Key.TryDecode(Key, _decoded, out int length)) Key = _decoded[..length];
                else Error = "CLIENT_ERROR error decoding key"u8;
                return true;
            case 'N':
                Makes = true;
                return TakeExpiry(exchange, argument, out NewExpiresAt);
            case 'T':
                HasExpiry = TakeExpiry(exchange, argument, out ExpiresAt);
                return true;
            case 'R':
                return TakeExpiry(exchange, argument, out RecacheAt);
            case 'v':
                return Value = true;
            case 'u':
                return NoUse = true;
            case 'q':
                return Quiet = true;
            case 'I':
                return Invalidates = true;
            case 'F':
                _isWrong |= !NumberText.TryParse(argument, out ClientFlags);
                return true;
            case 'C':
                Compares = TakeNumber(argument, out Compare, Texts.BadToken);
                return true;
            case 'E':
                TakeNumber(argument, out Cas, Texts.BadToken);
                return true;
            case 'M':
                if (token.Length == 2) Mode = token[1];
                else Error = "CLIENT_ERROR incorrect length for M token"u8;
                return true;
            case 'J':
                TakeNumber(argument, out Initial, "CLIENT_ERROR invalid numeric initial value"u8);
                return true;
            case 'D':
                TakeNumber(argument, out Delta, "CLIENT_ERROR invalid numeric delta value"u8);
                return true;
            default:
                return (char)letter is 'l' or 'O' or 'P' or 'L' or 'k' or 's' or 't' or 'c' or 'f' or 'h';
        }
    }

    private bool TakeExpiry(Exchange exchange, ReadOnlySpan<byte> argument, out uint expiresAt)
    {
        if (!NumberText.TryParse(argument, out int seconds)) Error = Texts.BadToken;
        expiresAt = exchange.ExpiryOf(seconds);
        return true;
    }

    private bool TakeNumber(ReadOnlySpan<byte> argument, out ulong number, ReadOnlySpan<byte> error)
    {
        if (NumberText.TryParse(argument, out number)) return true;
        Error = error;
        return false;
    }
}
