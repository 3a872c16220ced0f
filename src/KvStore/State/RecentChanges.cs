using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.State;

/// <summary>
/// The latest changes of entries, while a client has them recorded. Part of the state: all replicas keep the same. The
/// oldest go first when they take too much room, a page at a time.
/// </summary>
internal sealed class RecentChanges
{
    private readonly List<RecentPage> _pages = [];
    private readonly List<(long First, int Length)> _frozen = []; // the pages as they were at the last freeze
    private readonly ByteBuffer _record = new();
    private long _nowMicros;

    /// <summary>When recording ends, agreed microseconds since the Unix epoch; 0: nothing is recorded.</summary>
    public long UntilMicros { get; private set; }

    public bool IsOn => UntilMicros > 0;

    /// <summary>The changes of all later revisions are kept.</summary>
    public long After { get; private set; }

    /// <summary>What the records take, bytes.</summary>
    public int Bytes { get; private set; }

    public IReadOnlyList<RecentPage> Pages => _pages;

    /// <summary>A batch begins, at its agreed time.</summary>
    public void Begin(long nowMicros)
    {
        _nowMicros = nowMicros;
        if (IsOn && nowMicros >= UntilMicros) End();
    }

    /// <summary>Records for so long from now at least. What comes behind this revision is kept.</summary>
    public void Record(long periodMicros, long revision)
    {
        if (!IsOn) After = revision;
        UntilMicros = Math.Max(UntilMicros, Math.Min(_nowMicros + periodMicros, KvLimits.ExpiryMicrosMax));
    }

    /// <summary>Records a change, if changes are recorded.</summary>
    public void Add(long revision, KvChangeKind kind, KvEntry? entry)
    {
        if (!IsOn) return;
        _record.Reset();
        _record.WriteArray(6);
        _record.WriteInteger(revision);
        _record.WriteInteger(_nowMicros);
        _record.WriteInteger((long)kind);
        if (entry is null) _record.WriteNil();
        else _record.WriteBinary(entry.Key);
        bool isThere = kind is >= KvChangeKind.String and <= KvChangeKind.SortedSet;
        _record.WriteInteger(isThere ? entry!.Collection?.Count ?? entry.Bytes.Length : 0);
        if (kind == KvChangeKind.String)
            _record.WriteBinary(entry!.Bytes[..Math.Min(entry.Bytes.Length, KvLimits.ChangeValueBytesMax)]);
        else _record.WriteNil();
        if (_pages.Count == 0 || !_pages[^1].Takes(_record.Length)) _pages.Add(new RecentPage());
        _pages[^1].Add(revision, _record.Written);
        Bytes += _record.Length;
        while (Bytes > KvLimits.RecentBytesMax) Drop();
    }

    /// <summary>As a state that is loaded says. Pages follow.</summary>
    public void Restore(long untilMicros, long after) => (UntilMicros, After) = (untilMicros, after);

    /// <summary>Adds a page of that state, with its first revision. False if it cannot stand here.</summary>
    public bool TryRestore(long first, ReadOnlySpan<byte> bytes, long revision)
    {
        long after = _pages.Count == 0 ? After : _pages[^1].LastRevision;
        if (bytes.Length > KvLimits.RecentBytesMax - Bytes
            || !RecentPage.TryRead(bytes, after, revision, out RecentPage page)
            || page.FirstRevision != first) return false;
        _pages.Add(page);
        Bytes += bytes.Length;
        return true;
    }

    /// <summary>What was touched since the last freeze. A page that came and went in between is not told.</summary>
    public TouchedPages Freeze()
    {
        List<long> gone = [];
        List<(long, ReadOnlyMemory<byte>)> written = [];
        int frozen = 0;
        foreach (RecentPage page in _pages)
        {
            while (frozen < _frozen.Count && _frozen[frozen].First < page.FirstRevision)
                gone.Add(_frozen[frozen++].First);
            bool wasThere = frozen < _frozen.Count && _frozen[frozen].First == page.FirstRevision;
            if (!wasThere || _frozen[frozen].Length < page.Written.Length)
                written.Add((page.FirstRevision, page.Written));
            if (wasThere) frozen++;
        }
        for (; frozen < _frozen.Count; frozen++) gone.Add(_frozen[frozen].First);
        _frozen.Clear();
        foreach (RecentPage page in _pages) _frozen.Add((page.FirstRevision, page.Written.Length));
        return new TouchedPages(gone, written);
    }

    private void Drop()
    {
        After = _pages[0].LastRevision;
        Bytes -= _pages[0].Written.Length;
        _pages.RemoveAt(0);
    }

    private void End()
    {
        _pages.Clear();
        Bytes = 0;
        (UntilMicros, After) = (0, 0);
    }
}
