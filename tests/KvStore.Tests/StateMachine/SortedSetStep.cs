using FsCheck;
using FsCheck.Fluent;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>One generated command on sorted sets: as an operation, and as what the model says of it.</summary>
internal sealed record SortedSetStep(string Text, byte[] Operation, Func<SortedSetModel, object?> Expected)
{
    private static readonly Gen<string> s_key = Gen.Elements("a", "b", "c");
    private static readonly Gen<string> s_member = Gen.Elements(
        "", "a", "b", "c", "aa", "d", "\xff", "\xff\xff", "e\0");
    private static readonly Gen<bool> s_side = Gen.Elements(false, true);
    private static readonly Gen<double> s_score = Gen.Elements(
        double.NegativeInfinity, -1e300, -2.5, -0.0, 0, 0, 0, double.Epsilon, 0.1, 1, 2, 1e17, double.PositiveInfinity);
    private static readonly Gen<SortedSetFlags> s_flags = Gen.Elements(
        SortedSetFlags.None, SortedSetFlags.None, SortedSetFlags.None, SortedSetFlags.IfAbsent,
        SortedSetFlags.IfPresent, SortedSetFlags.IfGreater, SortedSetFlags.IfLess,
        SortedSetFlags.IfPresent | SortedSetFlags.IfGreater, SortedSetFlags.CountChanged,
        SortedSetFlags.CountChanged | SortedSetFlags.IfLess);

    public override string ToString() => Text;

    /// <summary>Few keys, members and scores: so that commands meet.</summary>
    public static Gen<SortedSetStep> Generator => Gen.Frequency(
        (8, Adds), (2, Increments), (2, Removals), (3, Reads), (6, Ranges), (4, Changes), (3, Combinations));

    private static Gen<SortedSetModel.Range> Range
    {
        get
        {
            Gen<object?> rank = Gen.Choose(-4, 6).Select(static i => (object?)i);
            Gen<object?> score = s_score.Select(static s => (object?)s);
            Gen<object?> member = Gen.OneOf(
                s_member.Select(static m => (object?)m), Gen.Constant((object?)null), Gen.Constant((object?)true));
            return from kind in Gen.Elements(RangeBy.Rank, RangeBy.Score, RangeBy.Member)
                   from lower in kind == RangeBy.Rank ? rank : kind == RangeBy.Score ? score : member
                   from upper in kind == RangeBy.Rank ? rank : kind == RangeBy.Score ? score : member
                   from excluded in Gen.Elements(RangeEnds.None, RangeEnds.Lower, RangeEnds.Upper, RangeEnds.Both)
                   select new SortedSetModel.Range(kind, lower, upper, excluded);
        }
    }

    private static Gen<(double Score, string Member)> Pair =>
        from score in s_score
        from member in s_member
        select (score, member);

    private static Gen<SortedSetStep> Adds =>
        from key in s_key
        from flags in s_flags
        from pairs in Pair.NonEmptyListOf()
        select Step(
            $"add {key} {flags} {string.Join(' ', pairs)}", m => m.Add(key, flags, [.. pairs]), Opcode.SortedSetAdd,
            [key, flags, .. pairs.SelectMany(p => new object?[] { SortedSetModel.Bits(p.Score), p.Member })]);

    private static Gen<SortedSetStep> Increments =>
        from key in s_key
        from flags in s_flags
        from score in s_score
        from member in s_member
        let all = flags | SortedSetFlags.Increment
        select Step(
            $"increment {key} {flags} {score} {member}", m => m.Add(key, all, (score, member)), Opcode.SortedSetAdd,
            key, all, SortedSetModel.Bits(score), member);

    private static Gen<SortedSetStep> Removals =>
        from key in s_key
        from members in s_member.NonEmptyListOf()
        select Step(
            $"remove {key} {string.Join(' ', members)}", m => m.Remove(key, [.. members]), Opcode.SortedSetRemove,
            [key, .. members]);

    private static Gen<SortedSetStep> Reads =>
        from key in s_key
        from member in s_member
        from other in s_member
        from fromEnd in s_side
        from step in Gen.Elements(
            Step(
                $"score {key} {member} {other}", m => m.Score(key, member, other), Opcode.SortedSetScore,
                key, member, other),
            Step($"count {key}", m => m.Count(key), Opcode.SortedSetCount, key),
            Step(
                $"rank {key} {member} {fromEnd}", m => m.Rank(key, member, fromEnd), Opcode.SortedSetRank,
                key, member, Side(fromEnd)),
            Step($"list {key}", m => m.List(key), Opcode.SortedSetList, key, null, 100))
        select step;

    private static Gen<SortedSetStep> Ranges =>
        from key in s_key
        from range in Range
        from fromEnd in s_side
        from offset in Gen.Choose(-1, 3)
        from limit in Gen.Choose(-1, 4)
        from withScores in s_side
        from step in Gen.Elements(
            Step(
                $"range {key} {range} {fromEnd} {offset} {limit}",
                m => m.Members(key, range, fromEnd, offset, limit, withScores), Opcode.SortedSetRange,
                [key, .. range.Arguments, Side(fromEnd), offset, limit, Side(withScores)]),
            Step(
                $"count {key} {range}", m => m.RangeCount(key, range), Opcode.SortedSetRangeCount,
                [key, .. range.Arguments]))
        select step;

    private static Gen<SortedSetStep> Changes =>
        from key in s_key
        from other in s_key
        from range in Range
        from fromEnd in s_side
        from offset in Gen.Choose(-1, 3)
        from limit in Gen.Choose(-1, 4)
        from step in Gen.Elements(
            Step(
                $"remove {key} {range}", m => m.RemoveRange(key, range), Opcode.SortedSetRemoveRange,
                [key, .. range.Arguments]),
            Step(
                $"store {other} {key} {range} {fromEnd} {offset} {limit}",
                m => m.Store(other, key, range, fromEnd, offset, limit), Opcode.SortedSetRangeAndStore,
                [other, key, .. range.Arguments, Side(fromEnd), offset, limit]),
            Step(
                $"pop {fromEnd} {limit} {key} {other}", m => m.Pop(fromEnd, limit + 1, key, other), Opcode.SortedSetPop,
                Side(fromEnd), limit + 1, key, other))
        select step;

    private static Gen<SortedSetStep> Combinations =>
        from key in s_key
        from how in Gen.Elements(SetCombination.Intersection, SetCombination.Union, SetCombination.Difference)
        from aggregate in Gen.Elements(ScoreAggregate.Sum, ScoreAggregate.Min, ScoreAggregate.Max)
        from keys in s_key.NonEmptyListOf()
        from weight in Gen.Elements(1.0, 1.0, 2, -0.5)
        from limit in Gen.Choose(0, 3)
        let weighted = how == SetCombination.Difference ? 1 : weight
        let sources = keys.Select((k, i) => (k, i == 0 ? weighted : 1.0)).ToArray()
        let arguments = sources.SelectMany(s => new object?[] { s.k, SortedSetModel.Bits(s.Item2) }).ToArray()
        from step in Gen.Elements(
            Step(
                $"{how} {aggregate} {string.Join(' ', sources)}", m => m.Combined(how, aggregate, sources),
                Opcode.SortedSetCombine, [how, aggregate, 1, .. arguments]),
            Step(
                $"{how} {aggregate} {string.Join(' ', sources)} in {key}",
                m => m.StoreCombined(key, how, aggregate, sources),
                Opcode.SortedSetCombineAndStore, [key, how, aggregate, .. arguments]),
            Step(
                $"count common {limit} {string.Join(' ', keys)}", m => m.IntersectionCount(limit, [.. keys]),
                Opcode.SortedSetIntersectionCount, [limit, .. keys]))
        select step;

    private static int Side(bool value) => value ? 1 : 0;

    private static SortedSetStep Step(
        string text, Func<SortedSetModel, object?> expected, Opcode opcode, params object?[] arguments) =>
        new(text, Op.Of(opcode, arguments), expected);
}
