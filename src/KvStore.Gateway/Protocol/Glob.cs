namespace KvStore.Gateway.Protocol;

/// <summary>
/// Patterns as Redis has them: * ? [abc] [^abc] [a-z] and \ for what follows to stand for itself. Takes at most the
/// product of the two lengths in steps, for any pattern.
/// </summary>
internal sealed class Glob(ReadOnlySpan<byte> pattern)
{
    private readonly byte[] _pattern = pattern.ToArray();

    /// <summary>What every match begins with.</summary>
    public byte[] LiteralPrefix { get; } = PrefixOf(pattern);

    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        // As in Redis, where nothing but these matches the empty text.
        if (text.IsEmpty) return _pattern is [] or [(byte)'*'];
        int p = 0, t = 0, starAt = -1, resumeAt = 0;
        while (t < text.Length)
        {
            if (p < _pattern.Length && _pattern[p] == '*')
            {
                starAt = ++p;
                resumeAt = t;
            }
            else if (p < _pattern.Length && MatchesOne(ref p, text[t]))
            {
                t++;
            }
            else if (starAt >= 0)
            {
                p = starAt; // the last star takes one byte more
                t = ++resumeAt;
            }
            else
            {
                return false;
            }
        }
        while (p < _pattern.Length && _pattern[p] == '*') p++;
        return p == _pattern.Length;
    }

    /// <summary>Whether the element of the pattern at p matches; then p goes behind it.</summary>
    private bool MatchesOne(ref int p, byte c)
    {
        switch (_pattern[p])
        {
            case (byte)'?':
                p++;
                return true;
            case (byte)'[':
                return MatchesClass(ref p, c);
            case (byte)'\\' when p + 1 < _pattern.Length:
                if (_pattern[p + 1] != c) return false;
                p += 2;
                return true;
            default:
                if (_pattern[p] != c) return false;
                p++;
                return true;
        }
    }

    private bool MatchesClass(ref int p, byte c)
    {
        int q = p + 1;
        bool negated = q < _pattern.Length && _pattern[q] == '^', found = false;
        if (negated) q++;
        // A class that does not end, ends with the pattern.
        for (; q < _pattern.Length && _pattern[q] != ']'; q++)
        {
            if (_pattern[q] == '\\' && q + 1 < _pattern.Length)
            {
                found |= _pattern[++q] == c;
            }
            else if (q + 2 < _pattern.Length && _pattern[q + 1] == '-')
            {
                (byte low, byte high) = (_pattern[q], _pattern[q + 2]);
                if (low > high) (low, high) = (high, low);
                found |= c >= low && c <= high;
                q += 2;
            }
            else
            {
                found |= _pattern[q] == c;
            }
        }
        if (found == negated) return false;
        p = Math.Min(q + 1, _pattern.Length);
        return true;
    }

    private static byte[] PrefixOf(ReadOnlySpan<byte> pattern)
    {
        int special = pattern.IndexOfAny("*?[\\"u8);
        return (special < 0 ? pattern : pattern[..special]).ToArray();
    }
}
