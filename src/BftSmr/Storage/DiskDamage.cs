namespace BftSmr.Storage;

/// <summary>
/// What was found damaged on a replica's disk since it started, and what of that is mended: written again, fetched, or
/// replaced by something newer. A file is told of once, until it is mended. Any thread.
/// </summary>
/// <param name="told">Told of each file that is found damaged: its path, where that begins, and the remedy.</param>
/// <param name="toldMended">Told of each file that is mended.</param>
internal sealed class DiskDamage(Action<string, long, string>? told = null, Action<string>? toldMended = null)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _unmended = [], _lost = [];
    private long _found;

    /// <summary>Files found damaged.</summary>
    public long Found => Interlocked.Read(ref _found);

    /// <summary>Those of them that are mended.</summary>
    public long Mended
    {
        get
        {
            lock (_lock) return _found - _unmended.Count;
        }
    }

    /// <summary>A file does not have the bytes that were written.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="offset">Where that begins.</param>
    /// <param name="remedy">What is wrong, and what is done about it, in sentences.</param>
    public void Note(string file, long offset, string remedy)
    {
        lock (_lock)
        {
            if (!_unmended.Add(file)) return;
            _found++;
        }
        told?.Invoke(file, offset, remedy);
    }

    /// <summary>As <see cref="Note"/>, of what the next complete checkpoint on this disk makes up for.</summary>
    public void NoteLost(string file, long offset, string remedy)
    {
        lock (_lock) _lost.Add(file);
        Note(file, offset, remedy);
    }

    /// <summary>A file is whole again, or not needed any more. Does nothing if it was not damaged.</summary>
    public void NoteMended(string file)
    {
        lock (_lock)
        {
            _lost.Remove(file);
            if (!_unmended.Remove(file)) return;
        }
        toldMended?.Invoke(file);
    }

    /// <summary>A checkpoint is complete on this disk: it makes up for what was lost before.</summary>
    public void NoteCheckpoint()
    {
        string[] lost;
        lock (_lock) lost = [.. _lost];
        foreach (string file in lost) NoteMended(file);
    }
}
