using BftCloud.Primitives;

namespace KvStore.State;

/// <summary>
/// Records of changes, one behind the other. They are only ever added: a frozen view that took
/// <see cref="Written"/> before goes on to see the same, on any thread.
/// </summary>
internal sealed class RecentPage
{
    private byte[] _bytes = [];
    private int _length;

    public long FirstRevision { get; private set; }

    public long LastRevision { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>A page takes more while it stays within its size; the first record in any case.</summary>
    public bool Takes(int length) => _length == 0 || _length + length <= KvLimits.RecentPageBytes;

    public void Add(long revision, ReadOnlySpan<byte> record)
    {
        if (_length + record.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(KvLimits.RecentPageBytes, _length + record.Length));
        if (_length == 0) FirstRevision = revision;
        record.CopyTo(_bytes.AsSpan(_length));
        _length += record.Length;
        LastRevision = revision;
    }

    /// <summary>A page that is loaded. False unless its changes are in order, behind a revision and up to another.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long after, long last, out RecentPage page)
    {
        page = new RecentPage { _bytes = bytes.ToArray(), _length = bytes.Length, LastRevision = after };
        CanonicalReader reader = new(page.Written);
        int records = 0;
        while (!reader.AtEnd)
        {
            if (!RecentChange.TryRead(ref reader, out RecentChange change) || change.Revision <= page.LastRevision
                || change.Revision > last) return false;
            if (records++ == 0) page.FirstRevision = change.Revision;
            page.LastRevision = change.Revision;
        }
        return records == 1 || records > 1 && bytes.Length <= KvLimits.RecentPageBytes;
    }
}
