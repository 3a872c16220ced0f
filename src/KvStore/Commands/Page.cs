using BftCloud.Primitives;
using KvStore.Operations;

namespace KvStore.Commands;

/// <summary>
/// A page of a listing being written: an array whose first element says after what to go on, or is nil at the end.
/// </summary>
internal struct Page(int start, int limit)
{
    private byte[]? _last;
    private int _seen, _items;
    private bool _more;

    /// <summary>
    /// There is room for another name with this many elements, of which the rest has this length together.
    /// </summary>
    public bool TryAdd(ref CommandContext c, byte[] name, int elements, int restLength = 0)
    {
        // The name to go on after stands in front, and is never longer than a key.
        _more = _seen == limit
            || !c.Fits(name.Length + restLength + KvLimits.KeyBytesMax + 3 * CanonicalFormat.HeaderBytesMax);
        if (_more) return false;
        _items += elements;
        _last = name;
        _seen++;
        return true;
    }

    /// <summary>There is room to look at one that does not show.</summary>
    public bool TrySkip(byte[] name)
    {
        _more = _seen == limit;
        if (_more) return false;
        _last = name;
        _seen++;
        return true;
    }

    public readonly void End(ref CommandContext c)
    {
        if (_more && _last is null)
        {
            c.Fail(KvErrorCode.ReplyTooLong);
            return;
        }
        c.Reply.InsertFirst(start, _more ? _last : null);
        c.Reply.InsertArray(start, _items + 1);
    }
}
