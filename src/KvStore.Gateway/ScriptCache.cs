namespace KvStore.Gateway;

/// <summary>
/// The texts of scripts that were sent to a gateway, by their names; the one sent first forgotten first.
/// </summary>
internal sealed class ScriptCache
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _bySha1 = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<string> _byAge = new();

    public void Add(string sha1, ReadOnlySpan<byte> script)
    {
        lock (_lock)
        {
            if (_bySha1.ContainsKey(sha1)) return;
            if (_byAge.Count == RespLimits.ScriptsMax) _bySha1.Remove(_byAge.Dequeue());
            _bySha1.Add(sha1, script.ToArray());
            _byAge.Enqueue(sha1);
        }
    }

    /// <summary>The text; null if it was never sent, or is forgotten.</summary>
    public byte[]? Find(string sha1)
    {
        lock (_lock) return _bySha1.GetValueOrDefault(sha1);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _bySha1.Clear();
            _byAge.Clear();
        }
    }
}
