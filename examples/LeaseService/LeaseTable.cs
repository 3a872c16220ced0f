using BftSmr;

namespace LeaseService;

/// <summary>
/// The leases and the lines for them. The time is given with each call and comes from the batch, so every replica ends
/// a lease at the same place in the order.
/// </summary>
internal sealed class LeaseTable
{
    public const int NamesMax = 1000, WaitersMax = 100;
    public const long DurationMaxMicros = 3_600_000_000;

    private readonly SortedDictionary<string, (Lease? Held, List<Waiter> Line)> _names = new(StringComparer.Ordinal);

    /// <summary>The newest token of all names.</summary>
    public long LastToken { get; set; }

    /// <summary>In the order of the names.</summary>
    public IEnumerable<(string Name, Lease? Held, IReadOnlyList<Waiter> Line)> Names =>
        _names.Select(static entry => (entry.Key, entry.Value.Held, (IReadOnlyList<Waiter>)entry.Value.Line));

    /// <summary>
    /// Takes a free name for the client at the head of the line, and puts others into the line. A client in the line
    /// asks again, at least once in the duration that it asks for. A holder gets its lease again, as it is.
    /// </summary>
    /// <returns>The client's lease, or null and its place in the line, from 1.</returns>
    public (Lease? Lease, int Place) Acquire(string name, int client, string holder, long duration, long now)
    {
        CheckDuration(duration);
        (Lease? held, List<Waiter> line) = Find(name, now);
        if (held is not null && held.Client == client && held.Holder == holder) return (held, 0);
        int place = line.FindIndex(waiter => waiter.Client == client && waiter.Holder == holder);
        if (held is null && (place == 0 || line.Count == 0))
        {
            Lease lease = new(++LastToken, client, holder, now, now + duration);
            _names[name] = (lease, [.. line.Skip(1)]);
            return (lease, 0);
        }
        Waiter waiter = new(client, holder, now + duration);
        if (place >= 0) line[place] = waiter;
        else if (line.Count == WaitersMax)
            throw new OperationRefusedException($"{WaitersMax} clients wait for '{name}' already. Try again later.");
        else line.Add(waiter);
        _names[name] = (held, line);
        return (null, place >= 0 ? place + 1 : line.Count);
    }

    /// <summary>The lease ends later, and keeps its token.</summary>
    public Lease Renew(string name, int client, long token, long duration, long now)
    {
        CheckDuration(duration);
        (Lease lease, List<Waiter> line) = FindHeld(name, client, token, now);
        lease = lease with { UntilMicros = Math.Max(lease.UntilMicros, now + duration) };
        _names[name] = (lease, line);
        return lease;
    }

    public void Release(string name, int client, long token, long now) =>
        _names[name] = (null, FindHeld(name, client, token, now).Line);

    public Lease? HolderOf(string name, long now) => _names.ContainsKey(name) ? Find(name, now).Held : null;

    public void Restore(string name, Lease? held, IEnumerable<Waiter> line) => _names.Add(name, (held, [.. line]));

    private (Lease Lease, List<Waiter> Line) FindHeld(string name, int client, long token, long now)
    {
        (Lease? held, List<Waiter> line) = Find(name, now);
        if (held is null || held.Token != token || held.Client != client)
            throw new OperationRefusedException($"Lease {token} of '{name}' has ended. Acquire it again.");
        return (held, line);
    }

    /// <summary>What is of a name now: a copy without what has ended.</summary>
    private (Lease? Held, List<Waiter> Line) Find(string name, long now)
    {
        if (_names.TryGetValue(name, out (Lease? Held, List<Waiter> Line) found)) return Now(found, now);
        if (_names.Count == NamesMax) RemoveEnded(now);
        if (_names.Count == NamesMax)
            throw new OperationRefusedException($"{NamesMax} names are held. Try again later.");
        return (null, []);
    }

    private void RemoveEnded(long now)
    {
        foreach ((string name, (Lease?, List<Waiter>) entry) in _names.ToArray())
            if (Now(entry, now) is (null, { Count: 0 })) _names.Remove(name);
    }

    private static (Lease? Held, List<Waiter> Line) Now((Lease? Held, List<Waiter> Line) entry, long now) => (
        entry.Held?.UntilMicros > now ? entry.Held : null,
        [.. entry.Line.Where(waiter => waiter.LeavesMicros > now)]);

    private static void CheckDuration(long duration)
    {
        if (duration is < 1 or > DurationMaxMicros)
            throw new OperationRefusedException($"A lease lasts for 1 to {DurationMaxMicros} microseconds.");
    }
}
