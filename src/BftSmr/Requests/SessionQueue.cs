using BftCloud.Primitives;

namespace BftSmr.Requests;

/// <summary>
/// The pending requests of one session, by sequence number. Invariant: there is one of each number at most.
/// </summary>
internal sealed class SessionQueue
{
    private readonly List<PendingRequest> _pending = [];

    public IReadOnlyList<PendingRequest> Pending => _pending;

    /// <summary>The next sequence number to be made ready for proposing.</summary>
    public ulong NextReady { get; set; } = 1;

    /// <summary>The last period in which the session was counted as active.</summary>
    public long ActiveEpoch { get; set; } = -1;

    public PendingRequest? Find(ulong sequence)
    {
        int index = IndexOf(sequence);
        return index < _pending.Count && _pending[index].Request.Sequence == sequence ? _pending[index] : null;
    }

    public void Add(PendingRequest pending)
    {
        int index = IndexOf(pending.Request.Sequence);
        Invariant.Holds(
            index == _pending.Count || _pending[index].Request.Sequence != pending.Request.Sequence,
            "a session has one pending request of each number at most");
        _pending.Insert(index, pending);
    }

    /// <summary>Drops what has been executed; returns what it took.</summary>
    public RequestLoad RemoveUpTo(ulong sequence)
    {
        int count = IndexOf(sequence + 1);
        RequestLoad removed = default;
        for (int i = 0; i < count; i++) removed += RequestLoad.Of(_pending[i].Request);
        _pending.RemoveRange(0, count);
        return removed;
    }

    /// <summary>Drops what cannot be made ready, as one before it is missing; returns what it took.</summary>
    public RequestLoad RemoveBehindGap()
    {
        int first = IndexOf(NextReady);
        RequestLoad removed = default;
        for (int i = first; i < _pending.Count; i++) removed += RequestLoad.Of(_pending[i].Request);
        _pending.RemoveRange(first, _pending.Count - first);
        return removed;
    }

    /// <summary>
    /// Drops what is not signed; from the first such request on the session's turn has to come again. Returns what it
    /// took.
    /// </summary>
    public RequestLoad RemoveUnsigned()
    {
        RequestLoad removed = default;
        foreach (PendingRequest pending in _pending.Where(static p => !p.Request.IsSigned))
        {
            if (removed == default) NextReady = Math.Min(NextReady, pending.Request.Sequence);
            removed += RequestLoad.Of(pending.Request);
        }
        _pending.RemoveAll(static p => !p.Request.IsSigned);
        return removed;
    }

    /// <summary>Where this sequence number is or belongs; mostly the end.</summary>
    private int IndexOf(ulong sequence)
    {
        int index = _pending.Count;
        while (index > 0 && _pending[index - 1].Request.Sequence >= sequence) index--;
        return index;
    }
}
