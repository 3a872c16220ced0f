using System.Globalization;

namespace BftCloud.Simulation;

/// <summary>
/// Tells what happened, twice: as a hash over the whole run, and as the last lines in words. Lines are only put into
/// words when they are read, so <c>subject</c> must be an immutable record.
/// </summary>
internal sealed class Trace(int linesMax, Func<object, string> wording)
{
    private readonly (long AtMicros, string Node, string What, object? Subject)[] _lines =
        new (long, string, string, object?)[linesMax];
    private TraceHash _hash = new();
    private long _count;

    public ulong Hash => _hash.Value;

    /// <summary>Adds bytes to the hash only.</summary>
    public void Mix(ReadOnlySpan<byte> bytes) => _hash.Add(bytes);

    /// <summary>Adds an event to the hash and a line to the story.</summary>
    public void Tell(long atMicros, string node, string what, object? subject = null)
    {
        _hash.Add(atMicros);
        _hash.Add(node);
        _hash.Add(what);
        if (_lines.Length > 0) _lines[_count++ % _lines.Length] = (atMicros, node, what, subject);
    }

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Lines()
    {
        List<string> lines = [];
        for (long i = Math.Max(0, _count - _lines.Length); i < _count; i++)
        {
            (long atMicros, string node, string what, object? subject) = _lines[i % _lines.Length];
            lines.Add(
                string.Create(CultureInfo.InvariantCulture,
                    $"{atMicros / 1e6,10:F6} {node,-4} {what}{(subject is null ? "" : " " + wording(subject))}"));
        }
        return lines;
    }
}
