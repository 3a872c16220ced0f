namespace BftCloud.Simulation;

internal enum Linearizability
{
    Yes,
    No,

    /// <summary>The search was given up at its bound.</summary>
    Unknown,
}

/// <summary>
/// Searches an order of a concurrent history that respects real time and that the sequential model allows. It is Wing
/// and Gong's algorithm with Lowe's memoisation of (operations linearized, state), on a doubly linked list of calls and
/// returns as in Porcupine. Knows nothing of replicas.
/// </summary>
internal static class LinearizabilityChecker
{
    public static Linearizability Check<TOperation>(
        ISequentialModel<TOperation> model, IReadOnlyList<HistoryEvent<TOperation>> history,
        int configurationsMax = 1_000_000)
    {
        int count = history.Count;
        Entry head = Entries(history);
        ulong[] linearized = new ulong[(count + 63) / 64];
        HashSet<Configuration> seen = [];
        Stack<(Entry Call, long State)> taken = [];
        long state = model.InitialState;
        Entry? at = head.Next;
        int returnsLeft = history.Count(static e => e.CompletedMicros != long.MaxValue);

        while (returnsLeft > 0)
        {
            if (at is { IsCall: true })
            {
                if (model.TryStep(state, history[at.Index].Operation, out long after))
                {
                    linearized[at.Index / 64] |= 1UL << (at.Index % 64);
                    if (seen.Add(new Configuration((ulong[])linearized.Clone(), after)))
                    {
                        if (seen.Count > configurationsMax) return Linearizability.Unknown;
                        taken.Push((at, state));
                        state = after;
                        at.Lift();
                        if (at.Return is not null) returnsLeft--;
                        at = head.Next;
                        continue;
                    }
                    linearized[at.Index / 64] &= ~(1UL << (at.Index % 64));
                }
                at = at.Next;
                continue;
            }
            // A return whose call was not linearized yet, or the end: the latest choice was wrong.
            if (taken.Count == 0) return Linearizability.No;
            (Entry call, state) = taken.Pop();
            linearized[call.Index / 64] &= ~(1UL << (call.Index % 64));
            call.Unlift();
            if (call.Return is not null) returnsLeft++;
            at = call.Next;
        }
        return Linearizability.Yes;
    }

    /// <summary>
    /// Calls and returns in the order of time; calls before returns of the same moment, which allows more orders, not
    /// fewer.
    /// </summary>
    private static Entry Entries<TOperation>(IReadOnlyList<HistoryEvent<TOperation>> history)
    {
        List<(long AtMicros, int Kind, int Index, Entry Entry)> all = [];
        for (int i = 0; i < history.Count; i++)
        {
            Entry call = new() { Index = i, IsCall = true };
            all.Add((history[i].InvokedMicros, 0, i, call));
            if (history[i].CompletedMicros == long.MaxValue) continue;
            call.Return = new Entry { Index = i };
            all.Add((history[i].CompletedMicros, 1, i, call.Return));
        }
        all.Sort(static (x, y) => (x.AtMicros, x.Kind, x.Index).CompareTo((y.AtMicros, y.Kind, y.Index)));
        Entry head = new() { Index = -1 }, last = head;
        foreach ((_, _, _, Entry entry) in all)
        {
            (last.Next, entry.Previous) = (entry, last);
            last = entry;
        }
        return head;
    }

    private sealed class Entry
    {
        public required int Index { get; init; }
        public bool IsCall { get; init; }
        public Entry? Return { get; set; }
        public Entry? Previous { get; set; }
        public Entry? Next { get; set; }

        /// <summary>Takes a call and its return out of the list.</summary>
        public void Lift()
        {
            Out();
            Return?.Out();
        }

        /// <summary>Puts both back; in the reverse order of <see cref="Lift"/>.</summary>
        public void Unlift()
        {
            Return?.Back();
            Back();
        }

        private void Out()
        {
            Previous!.Next = Next;
            if (Next is not null) Next.Previous = Previous;
        }

        private void Back()
        {
            Previous!.Next = this;
            if (Next is not null) Next.Previous = this;
        }
    }

    private readonly record struct Configuration(ulong[] Linearized, long State)
    {
        public bool Equals(Configuration other) =>
            State == other.State && Linearized.AsSpan().SequenceEqual(other.Linearized);

        public override int GetHashCode()
        {
            ulong hash = (ulong)State * 0x9E3779B97F4A7C15;
            foreach (ulong word in Linearized) hash = (hash ^ word) * 0xBF58476D1CE4E5B9 + (hash >> 29);
            return (int)(hash >> 32);
        }
    }
}
