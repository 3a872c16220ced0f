namespace BftSmr.Replication.Requests;

/// <summary>The pending requests of one session, by sequence number.</summary>
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

    public void Add(PendingRequest pending) => _pending.Insert(IndexOf(pending.Request.Sequence), pending);

    /// <summary>Drops what has been executed; returns how many.</summary>
    public int RemoveUpTo(ulong sequence)
    {
        int count = IndexOf(sequence + 1);
        _pending.RemoveRange(0, count);
        return count;
    }

    /// <summary>Drops what is not signed; from the first such request on the session's turn has to come again. Returns how many.</summary>
    public int RemoveUnsigned()
    {
        int first = _pending.FindIndex(p => !p.Request.IsSigned);
        if (first < 0) return 0;
        NextReady = Math.Min(NextReady, _pending[first].Request.Sequence);
        return _pending.RemoveAll(p => !p.Request.IsSigned);
    }

    /// <summary>Where this sequence number is or belongs; mostly the end.</summary>
    private int IndexOf(ulong sequence)
    {
        int index = _pending.Count;
        while (index > 0 && _pending[index - 1].Request.Sequence >= sequence) index--;
        return index;
    }
}
