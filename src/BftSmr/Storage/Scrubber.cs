namespace BftSmr.Storage;

/// <summary>
/// Reads everything on a replica's disk again and again, a little at a time, and looks for damage. What it finds is
/// told, and mended, by those that it belongs to. One thread at a time.
/// </summary>
/// <param name="pass">Reads everything once, part by part; gives the bytes that were read each time.</param>
internal sealed class Scrubber(Func<IEnumerable<long>> pass) : IDisposable
{
    private IEnumerator<long>? _pass;
    private long _due;

    /// <summary>Reads on where it ended the last time, about so many bytes, at most to the end of the pass.</summary>
    public void Scrub(long bytes, CancellationToken cancellationToken)
    {
        _pass ??= pass().GetEnumerator();
        for (_due += bytes; _due > 0; _due -= _pass.Current)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_pass.MoveNext()) continue;
            Dispose();
            return;
        }
    }

    /// <summary>The pass ends here.</summary>
    public void Dispose()
    {
        _pass?.Dispose();
        (_pass, _due) = (null, 0);
    }
}
