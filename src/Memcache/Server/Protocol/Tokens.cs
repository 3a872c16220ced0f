using System.Runtime.CompilerServices;

namespace Memcache.Server.Protocol;

/// <summary>The words of a command line, parted by spaces; at most as many as memcached looks at.</summary>
internal ref struct Tokens
{
    /// <summary>The most words.</summary>
    public const int CountMax = 23;

    private readonly ReadOnlySpan<byte> _line;
    private Ranges _ranges;

    public Tokens(ReadOnlySpan<byte> line)
    {
        _line = line;
        int at = 0;
        while (Count < CountMax)
        {
            while (at < line.Length && line[at] == ' ') at++;
            if (at == line.Length) return;
            int length = line[at..].IndexOf((byte)' ');
            if (length < 0) length = line.Length - at;
            _ranges[Count++] = (at, length);
            at += length;
        }
    }

    public int Count { get; private set; }

    public readonly ReadOnlySpan<byte> this[int index] =>
        _line.Slice(_ranges[index].Start, _ranges[index].Length);

    public readonly ReadOnlySpan<byte> Last => this[Count - 1];

    /// <summary>Whether the last word is 'noreply'.</summary>
    public readonly bool SaysNoReply => Last.SequenceEqual("noreply"u8);

    [InlineArray(CountMax)]
    private struct Ranges
    {
        private (int Start, int Length) _first;
    }
}
