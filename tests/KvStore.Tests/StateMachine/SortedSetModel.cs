using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>
/// What the commands on sorted sets mean, as plainly as it can be said: every reply is made from a list that is sorted
/// anew. Latin-1 strings stand for bytes; scores in replies are the bits of doubles.
/// </summary>
internal sealed class SortedSetModel
{
    private readonly Dictionary<string, Dictionary<string, double>> _sets = [];

    public object? Add(string key, SortedSetFlags flags, params (double Score, string Member)[] pairs)
    {
        Dictionary<string, double> set = new(Find(key));
        int added = 0, changed = 0;
        object? sum = null;
        foreach ((double given, string member) in pairs)
        {
            bool present = set.TryGetValue(member, out double held);
            double score = flags.HasFlag(SortedSetFlags.Increment) && present ? held + given : given;
            if (flags.HasFlag(present ? SortedSetFlags.IfAbsent : SortedSetFlags.IfPresent)) continue;
            if (double.IsNaN(score)) return KvErrorCode.ScoreNotANumber;
            if (present && flags.HasFlag(SortedSetFlags.IfGreater) && score <= held) continue;
            if (present && flags.HasFlag(SortedSetFlags.IfLess) && score >= held) continue;
            sum = Bits(score);
            if (!present) added++;
            else if (score != held) changed++;
            set[member] = score == 0 ? 0 : score;
        }
        Put(key, set);
        return flags.HasFlag(SortedSetFlags.Increment) ? sum
            : (long)(flags.HasFlag(SortedSetFlags.CountChanged) ? added + changed : added);
    }

    public object? Remove(string key, params string[] members)
    {
        Dictionary<string, double> set = Find(key);
        long removed = members.Count(set.Remove);
        Put(key, set);
        return removed;
    }

    public object? Score(string key, params string[] members) => members
        .Select(m => Find(key).TryGetValue(m, out double score) ? (object?)Bits(score) : null).ToArray();

    public object? Count(string key) => (long)Find(key).Count;

    public object? Rank(string key, string member, bool fromEnd)
    {
        int rank = Ordered(key, fromEnd).FindIndex(m => m.Member == member);
        return rank < 0 ? null : (long)rank;
    }

    public object? RangeCount(string key, Range range) => (long)range.Of(Ordered(key, false), false, 0, -1).Count;

    public object? Members(string key, Range range, bool fromEnd, int offset, int limit, bool withScores) =>
        Told(range.Of(Ordered(key, fromEnd), fromEnd, offset, limit), withScores);

    public object? Store(string to, string key, Range range, bool fromEnd, int offset, int limit) =>
        Put(to, range.Of(Ordered(key, fromEnd), fromEnd, offset, limit));

    public object? RemoveRange(string key, Range range) =>
        Remove(key, [.. range.Of(Ordered(key, false), false, 0, -1).Select(static m => m.Member)]);

    public object? Pop(bool fromEnd, int count, params string[] keys)
    {
        string? key = keys.FirstOrDefault(_sets.ContainsKey);
        if (key is null) return null;
        List<(string Member, double Score)> popped = [.. Ordered(key, fromEnd).Take(count)];
        Remove(key, [.. popped.Select(static m => m.Member)]);
        return (object?[])[key, .. Told(popped, withScores: true)];
    }

    public object? Combined(
        SetCombination how, ScoreAggregate aggregate, params (string Key, double Weight)[] sources) =>
        Told(Combine(how, aggregate, sources), withScores: true);

    public object? StoreCombined(
        string to, SetCombination how, ScoreAggregate aggregate, params (string Key, double Weight)[] sources) =>
        Put(to, Combine(how, aggregate, sources));

    public object? IntersectionCount(int limit, params string[] keys)
    {
        int count = Combine(
            SetCombination.Intersection, ScoreAggregate.Sum, [.. keys.Select(static k => (k, 1.0))]).Count;
        return (long)(limit == 0 ? count : Math.Min(count, limit));
    }

    public object? List(string key) => (object?[])[null, .. Find(key).OrderBy(static m => m.Key, StringComparer.Ordinal)
        .SelectMany(static m => new object?[] { m.Key, Bits(m.Value) })];

    private List<(string Member, double Score)> Combine(
        SetCombination how, ScoreAggregate aggregate, (string Key, double Weight)[] sources)
    {
        Dictionary<string, double> combined = [];
        if (how == SetCombination.Difference)
        {
            combined = Find(sources[0].Key).Where(m => !sources[1..].Any(s => Find(s.Key).ContainsKey(m.Key)))
                .ToDictionary();
        }
        else
        {
            foreach ((string key, double weight) in sources.OrderBy(s => Find(s.Key).Count))
            {
                foreach ((string member, double score) in Find(key))
                {
                    double weighted = Number(score * weight);
                    combined[member] = combined.TryGetValue(member, out double first)
                        ? aggregate switch
                        {
                            ScoreAggregate.Min => weighted < first ? weighted : first,
                            ScoreAggregate.Max => weighted > first ? weighted : first,
                            _ => Number(first + weighted),
                        }
                        : weighted;
                }
            }
            if (how == SetCombination.Intersection)
                combined = combined.Where(m => sources.All(s => Find(s.Key).ContainsKey(m.Key))).ToDictionary();
        }
        return Sorted(combined, false);
    }

    private static double Number(double value) => double.IsNaN(value) ? 0 : value;

    private Dictionary<string, double> Find(string key) =>
        _sets.TryGetValue(key, out Dictionary<string, double>? set) ? set : [];

    private List<(string Member, double Score)> Ordered(string key, bool fromEnd) => Sorted(Find(key), fromEnd);

    private static List<(string Member, double Score)> Sorted(Dictionary<string, double> set, bool fromEnd)
    {
        List<(string, double)> ordered = [.. set.OrderBy(static m => m.Value)
            .ThenBy(static m => m.Key, StringComparer.Ordinal).Select(static m => (m.Key, m.Value))];
        if (fromEnd) ordered.Reverse();
        return ordered;
    }

    private long Put(string key, List<(string Member, double Score)> members)
    {
        Put(key, members.ToDictionary(static m => m.Member, static m => m.Score == 0 ? 0 : m.Score));
        return members.Count;
    }

    private void Put(string key, Dictionary<string, double> set)
    {
        if (set.Count > 0) _sets[key] = set;
        else _sets.Remove(key);
    }

    private static object?[] Told(List<(string Member, double Score)> members, bool withScores) => members
        .SelectMany(m => withScores ? new object?[] { m.Member, Bits(m.Score) } : [m.Member]).ToArray();

    public static long Bits(double score) => BitConverter.DoubleToInt64Bits(score);

    /// <summary>A range, and how an operation names it.</summary>
    public sealed record Range(RangeBy By, object? Lower, object? Upper, RangeEnds Excluded)
    {
        public object?[] Arguments => [By, Argument(Lower), Argument(Upper), Excluded];

        public List<(string Member, double Score)> Of(
            List<(string Member, double Score)> ordered, bool fromEnd, int offset, int limit)
        {
            if (offset < 0) return [];
            IEnumerable<(string Member, double Score)> part = By switch
            {
                RangeBy.Rank => ByRank(ordered).Skip(offset),
                RangeBy.Score => ordered.Where(m => IsAbove(m) && IsBelow(m)).Skip(offset),
                _ => ByMember(ordered, fromEnd, offset),
            };
            return [.. limit < 0 ? part : part.Take(limit)];
        }

        private IEnumerable<(string, double)> ByRank(List<(string, double)> ordered)
        {
            int start = (int)Lower!, end = (int)Upper!;
            if (start < 0) start = Math.Max(0, start + ordered.Count);
            if (end < 0) end += ordered.Count;
            return ordered.Where((_, i) => i >= start && i <= end);
        }

        /// <summary>As Redis does, for scores that differ too.</summary>
        private IEnumerable<(string, double)> ByMember(List<(string, double)> ordered, bool fromEnd, int offset)
        {
            if (ordered.Count == 0) return [];
            Func<(string, double), bool> begins = fromEnd ? IsBelow : IsAbove, goesOn = fromEnd ? IsAbove : IsBelow;
            if (!goesOn(ordered[0]) || !begins(ordered[^1])) return [];
            List<(string, double)> rest = [.. ordered.SkipWhile(m => !begins(m))];
            return rest.Count == 0 || !goesOn(rest[0]) ? [] : rest.Skip(offset).TakeWhile(goesOn);
        }

        private bool IsAbove((string, double) member) =>
            Compare(member, Lower) is int order && (order > 0 || order == 0 && !Excluded.HasFlag(RangeEnds.Lower));

        private bool IsBelow((string, double) member) =>
            Compare(member, Upper) is int order && (order < 0 || order == 0 && !Excluded.HasFlag(RangeEnds.Upper));

        private static int Compare((string Member, double Score) member, object? end) => end switch
        {
            null => 1,
            true => -1,
            double score => member.Score.CompareTo(score),
            _ => string.CompareOrdinal(member.Member, (string)end),
        };

        private static object? Argument(object? end) => end is double score ? Bits(score) : end;
    }
}
