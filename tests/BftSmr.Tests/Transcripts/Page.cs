namespace BftSmr.Tests.Transcripts;

/// <summary>
/// Collects the lines that a command of a script gives: a heading says what comes to a replica, indented lines say what
/// the replica does then. Equal messages to one replica share a heading as long as they have no effect: what follows is
/// the effect of the last one. A heading that is hidden appears only if a line follows it.
/// </summary>
internal sealed class Page
{
    private readonly List<string> _lines = [];
    private readonly List<string> _sources = [];
    private string? _arrival;
    private bool _isHidden;

    /// <summary>Nothing is written: a command that only prepares what is to be shown.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Something happens that is not an arrival.</summary>
    public void Heading(string text, bool isHidden = false)
    {
        Flush();
        (_arrival, _isHidden) = (text, isHidden);
    }

    /// <summary>A message arrives.</summary>
    public void Arrival(string text, string source, bool isHidden)
    {
        if (_arrival != text || _sources.Count == 0 || isHidden) Heading(text, isHidden);
        _sources.Add(source);
    }

    /// <summary>An effect of the last heading.</summary>
    public void Line(string text)
    {
        _isHidden = false;
        Flush();
        Write("    " + text);
    }

    /// <summary>The lines since the last call.</summary>
    public IReadOnlyList<string> Take()
    {
        Flush();
        string[] lines = [.. _lines];
        _lines.Clear();
        return lines;
    }

    private void Flush()
    {
        if (_arrival is not null && !_isHidden)
            Write(_sources.Count == 0 ? _arrival : $"{_arrival} from {string.Join(' ', _sources)}");
        _arrival = null;
        _sources.Clear();
    }

    private void Write(string line)
    {
        if (!IsQuiet) _lines.Add(line);
    }
}
