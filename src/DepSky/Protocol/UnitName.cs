using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace DepSky.Protocol;

/// <summary>
/// What units may be called, and where a name lies in a cloud: any name that a user's file can have, spelt so that it
/// fits every cloud, also one to which 'A' and 'a' are the same.
/// <para>Lower-case letters, digits, '-', '_' and '.' (not at the start of a part) stand for themselves. A run of other
/// characters becomes '~', two hexadecimal digits for each byte of its UTF-8, and '~'. A part that becomes too long is
/// cut into folders; each but the last ends with '~~'. Every name has one spelling.</para>
/// <para>Before there was this, names of plain letters lay under themselves, upper-case ones too. Such a unit is still
/// found there.</para>
/// </summary>
internal static class UnitName
{
    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int BytesMax = 512;

    /// <summary>The longest spelling: with what follows it, it is still an object's name.</summary>
    public const int PlaceCharactersMax = 800;

    private const char Mark = '~';

    /// <summary>Ends a folder that the next goes on with.</summary>
    private const string Continuation = "~~";

    private const int PieceCharactersMax = 200;
    private const int OldCharactersMax = 256;
    private const int OldPartCharactersMax = 128;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Why this is no unit's name: a clause with "it"; null if it is one.</summary>
    public static string? ProblemOf(string? unit)
    {
        if (string.IsNullOrEmpty(unit)) return "it is empty";
        // Every character has a byte at least: what is far too long is not looked at.
        if (unit.Length > BytesMax || !TryCountBytes(unit, out int bytes))
            return unit.Length > BytesMax ? TooLong : "it is not text in Unicode";
        if (bytes > BytesMax) return TooLong;
        if (unit.Any(char.IsControl)) return "it has control characters";
        foreach (string part in unit.Split('/'))
        {
            if (part.Length == 0) return "it begins or ends with '/', or has two of them together";
            if (part is "." or "..") return "it has a part '.' or '..'";
        }
        return Escape(unit).Length > PlaceCharactersMax ? TooLong : null;
    }

    /// <summary>Where a unit of this name lies.</summary>
    public static string Escape(string unit)
    {
        StringBuilder place = new(unit.Length + 16);
        foreach (string part in unit.Split('/'))
        {
            if (place.Length > 0) place.Append('/');
            EscapePart(part, place);
        }
        return place.ToString();
    }

    /// <summary>The name of the unit that lies here, if it is the one spelling of one.</summary>
    public static bool TryUnescape(string place, [NotNullWhen(true)] out string? unit)
    {
        unit = null;
        if (place.Length is 0 or > PlaceCharactersMax) return false;
        List<byte> bytes = new(place.Length);
        foreach (Range range in place.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> piece = place.AsSpan()[range];
            if (!TryUnescapePiece(piece, bytes, out bool goesOn)) return false;
            if (!goesOn) bytes.Add((byte)'/');
        }
        if (bytes.Count == 0 || bytes[^1] != '/') return false;
        bytes.RemoveAt(bytes.Count - 1);
        try
        {
            string name = Utf8.GetString([.. bytes]);
            if (ProblemOf(name) is not null || Escape(name) != place) return false;
            unit = name;
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Whether a unit of this name may lie under the name itself, from before.</summary>
    public static bool MayBeOld(string unit) =>
        unit.Length <= OldCharactersMax && unit.Any(char.IsAsciiLetterUpper)
        && unit.Split('/').All(static part => part.Length is > 0 and <= OldPartCharactersMax && part[0] != '.'
            && part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));

    /// <summary>What the places of all units begin with whose names begin so: as much of it as is plain.</summary>
    public static string PlainStartOf(string prefix)
    {
        int length = 0, partStart = 0;
        for (; length < prefix.Length; length++)
        {
            char c = prefix[length];
            if (c == '/') partStart = length + 1;
            else if (!IsPlain(c, length == partStart) || length - partStart >= OldPartCharactersMax) break;
        }
        return prefix[..length];
    }

    private static string TooLong => string.Create(
        CultureInfo.InvariantCulture,
        $"it is too long: {BytesMax} bytes are allowed, and {PlaceCharactersMax} characters as it lies in clouds");

    private static bool TryCountBytes(string unit, out int bytes)
    {
        bytes = 0;
        foreach (Rune rune in unit.EnumerateRunes()) bytes += rune.Utf8SequenceLength;
        // Half of a pair of surrogates counts as the mark of replacement.
        return !unit.Where((c, i) => char.IsSurrogate(c) && !IsInPair(unit, i)).Any();
    }

    private static bool IsInPair(string text, int at) =>
        (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
        || (at > 0 && char.IsSurrogatePair(text[at - 1], text[at]));

    private static bool IsPlain(int c, bool isFirst) =>
        c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-' or '_' || (c == '.' && !isFirst);

    private static void EscapePart(string part, StringBuilder place)
    {
        int start = place.Length;
        bool inRun = false;
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in part.EnumerateRunes())
        {
            // The end of a run and of a piece have room as well.
            if (place.Length - start + 2 * rune.Utf8SequenceLength + 4 > PieceCharactersMax)
            {
                if (inRun) place.Append(Mark);
                place.Append(Continuation).Append('/');
                (start, inRun) = (place.Length, false);
            }
            bool isPlain = IsPlain(rune.Value, place.Length == start);
            if (isPlain == inRun) place.Append(Mark);
            inRun = !isPlain;
            if (isPlain) place.Append((char)rune.Value);
            else place.Append(Convert.ToHexStringLower(bytes[..rune.EncodeToUtf8(bytes)]));
        }
        if (inRun) place.Append(Mark);
    }

    private static bool TryUnescapePiece(ReadOnlySpan<char> piece, List<byte> bytes, out bool goesOn)
    {
        goesOn = false;
        for (int at = 0; at < piece.Length; at++)
        {
            if (piece[at] != Mark)
            {
                if (!IsPlain(piece[at], at == 0)) return false;
                bytes.Add((byte)piece[at]);
                continue;
            }
            if (piece[at..] is Continuation)
            {
                goesOn = true;
                return true;
            }
            int length = piece[(at + 1)..].IndexOf(Mark);
            if (length <= 0 || length % 2 != 0) return false;
            foreach (char digit in piece.Slice(at + 1, length))
            {
                if (!char.IsAsciiHexDigitLower(digit)) return false;
            }
            bytes.AddRange(Convert.FromHexString(piece.Slice(at + 1, length)));
            at += length + 1;
        }
        return piece.Length > 0;
    }
}
