using System.Globalization;

namespace KvStore.Tests.Resp.Dialogues;

/// <summary>A reply of either version of the protocol, taken apart.</summary>
/// <param name="Kind">The byte that it begins with.</param>
/// <param name="Raw">All its bytes.</param>
/// <param name="Items">What it contains, if it is an array, a map or a set.</param>
internal sealed record Reply(char Kind, string Raw, Reply[] Items)
{
    public static Reply Parse(string raw)
    {
        int position = 0;
        return Parse(raw, ref position);
    }

    /// <summary>The number of an integer reply; null if it is none.</summary>
    public long? Integer => Kind == ':' ? long.Parse(Raw.AsSpan(1).TrimEnd(), CultureInfo.InvariantCulture) : null;

    /// <summary>Of what kinds it is, and what it contains, and whether they are no values.</summary>
    public string Shape =>
        Raw is "$-1\r\n" or "*-1\r\n" ? Raw : $"{Kind}({string.Concat(Items.Select(static item => item.Shape))})";

    private static Reply Parse(string raw, ref int position)
    {
        int start = position;
        char kind = raw[start];
        int end = raw.IndexOf('\n', start) + 1;
        position = end;
        if (kind is not ('$' or '=' or '*' or '%' or '~')) return new Reply(kind, raw[start..position], []);
        int count = int.Parse(raw.AsSpan(start + 1, end - start - 3), CultureInfo.InvariantCulture);
        if (kind is '$' or '=')
        {
            if (count >= 0) position += count + 2;
            return new Reply(kind, raw[start..position], []);
        }
        Reply[] items = new Reply[Math.Max(0, kind == '%' ? 2 * count : count)];
        for (int i = 0; i < items.Length; i++) items[i] = Parse(raw, ref position);
        return new Reply(kind, raw[start..position], items);
    }
}
