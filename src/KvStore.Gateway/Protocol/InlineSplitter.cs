namespace KvStore.Gateway.Protocol;

/// <summary>
/// Splits an inline command into its arguments as Redis does: by white space, with "double quotes" (\n, \r, \t, \b, \a,
/// \xhh) and 'single quotes' (\').
/// </summary>
internal static class InlineSplitter
{
    /// <summary>
    /// Resolves the line into <paramref name="output"/>, which is at least as long. False for quotes that do not end,
    /// or end within a word.
    /// </summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, Span<byte> output, List<(int Start, int Length)> ranges)
    {
        int used = 0, position = 0;
        while (true)
        {
            while (position < line.Length && IsSpace(line[position])) position++;
            if (position == line.Length || line[position] == 0) return true;
            int start = used;
            while (position < line.Length && !IsSpace(line[position]) && line[position] != 0)
            {
                byte c = line[position++];
                bool read = c switch
                {
                    (byte)'"' => TryReadQuoted(line, ref position, output, ref used),
                    (byte)'\'' => TryReadSingleQuoted(line, ref position, output, ref used),
                    _ => Put(output, ref used, c),
                };
                if (!read) return false;
                if (c is (byte)'"' or (byte)'\'') break;
            }
            ranges.Add((start, used - start));
        }
    }

    private static bool TryReadQuoted(ReadOnlySpan<byte> line, ref int position, Span<byte> output, ref int used)
    {
        while (position < line.Length && line[position] != 0)
        {
            byte c = line[position++];
            if (c == '"') return IsEnd(line, position);
            if (c == '\\' && position + 2 < line.Length && line[position] == 'x'
                && TryReadHex(line[(position + 1)..], out byte value))
            {
                Put(output, ref used, value);
                position += 3;
            }
            else if (c == '\\' && position < line.Length)
            {
                Put(output, ref used, line[position++] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'b' => (byte)'\b',
                    (byte)'a' => (byte)'\a',
                    byte other => other,
                });
            }
            else
            {
                Put(output, ref used, c);
            }
        }
        return false;
    }

    private static bool TryReadSingleQuoted(ReadOnlySpan<byte> line, ref int position, Span<byte> output, ref int used)
    {
        while (position < line.Length && line[position] != 0)
        {
            byte c = line[position++];
            if (c == '\'') return IsEnd(line, position);
            if (c == '\\' && position < line.Length && line[position] == '\'') c = line[position++];
            Put(output, ref used, c);
        }
        return false;
    }

    private static bool TryReadHex(ReadOnlySpan<byte> digits, out byte value)
    {
        value = 0;
        if (digits.Length < 2 || !char.IsAsciiHexDigit((char)digits[0]) || !char.IsAsciiHexDigit((char)digits[1]))
            return false;
        value = Convert.FromHexString([(char)digits[0], (char)digits[1]])[0];
        return true;
    }

    private static bool Put(Span<byte> output, ref int used, byte value)
    {
        output[used++] = value;
        return true;
    }

    private static bool IsEnd(ReadOnlySpan<byte> line, int position) =>
        position == line.Length || line[position] == 0 || IsSpace(line[position]);

    private static bool IsSpace(byte c) => c is (byte)' ' or (>= 9 and <= 13);
}
