using FsCheck;
using FsCheck.Fluent;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>One generated step: a command, a freeze, or time that passes.</summary>
/// <param name="Text">What it is.</param>
/// <param name="Operation">The command; null for another step.</param>
/// <param name="PassedMicros">The time that passes; 0 for a freeze.</param>
internal sealed record RecordStep(string Text, byte[]? Operation, long PassedMicros)
{
    // Few, so that commands meet; some stand for the borders of what is hashed, and some need escapes.
    private static readonly Gen<string> s_name = Gen.Frequency(
        (8, Gen.Elements("a", "b", "s", "l")),
        (3, Gen.Elements("", "\0", "\0\0", "\0\x01", "a\0", "a\0b", "a\x01", "\xff")),
        (2, Gen.Elements(new string('k', 256), new string('k', 257), new string('k', 258), new string('j', 2_000))));

    private static readonly Gen<long> s_score = Gen.Elements(0, 1, -1, 0.5).Select(BitConverter.DoubleToInt64Bits);

    private static readonly Gen<string[]> s_names = Gen.Choose(1, 12).SelectMany(static count => s_name.ArrayOf(count));

    public bool IsFreeze => Operation is null && PassedMicros == 0;

    public override string ToString() => Text;

    /// <summary>Commands of all types on the same keys.</summary>
    public static Gen<RecordStep> Generator => Gen.Frequency(
        (4, StoreStep.Generator.Select(static s => new RecordStep(s.Text, s.Operation, 0))),
        (4, CollectionStep.Generator.Select(static s => new RecordStep(s.Text, s.Operation, 0))),
        (4, SortedSetStep.Generator.Select(static s => new RecordStep(s.Text, s.Operation, 0))),
        (8, Fills), (8, Removals), (5, Replacements), (1, Rare),
        (3, Gen.Constant(new RecordStep("freeze", null, 0))),
        (1, Gen.Elements(1L, 30L, 1_000_000L).Select(static m => new RecordStep($"{m} us pass", null, m))));

    private static Gen<RecordStep> Fills => Gen.OneOf(
        from k in s_name from f in s_names
        select Step(Opcode.HashPut, [k, .. f.SelectMany(static n => (object?[])[n, $"v{n.Length}"])]),
        from k in s_name from f in s_name from d in Gen.Choose(1, 3) select Step(Opcode.HashIncrement, k, f, d),
        from k in s_name from m in s_names select Step(Opcode.SetAdd, [k, .. m]),
        from k in s_name from side in Gen.Choose(0, 1) from e in s_names
        select Step(Opcode.ListPush, [k, side, 0, .. e]),
        from k in s_name from m in s_name from s in s_score select Step(Opcode.SortedSetAdd, k, 0, s, m),
        from k in s_name from m in s_name select Step(Opcode.Put, k, m, 0));

    private static Gen<RecordStep> Removals => Gen.OneOf(
        from k in s_names select Step(Opcode.Delete, [.. k]),
        from k in s_name from f in s_names select Step(Opcode.HashDelete, [k, .. f]),
        from k in s_name from m in s_names select Step(Opcode.SetRemove, [k, .. m]),
        from k in s_name from n in Gen.Elements(1, 2, 1_000) select Step(Opcode.SetPop, k, n),
        from k in s_name from m in s_names select Step(Opcode.SortedSetRemove, [k, .. m]),
        from k in s_name from side in Gen.Choose(0, 1) from n in Gen.Elements(1, 2, 1_000)
        select Step(Opcode.ListPop, k, side, n),
        from k in s_name from first in Gen.Choose(-3, 3) from last in Gen.Choose(-3, 3)
        select Step(Opcode.ListTrim, k, first, last),
        from k in s_name from m in Gen.Elements(-1, 1, 20)
        select Step(Opcode.Expire, k, WriteFlags.ExpiresIn, m));

    private static Gen<RecordStep> Replacements => Gen.OneOf(
        from a in s_name from b in s_name select Step(Opcode.Rename, a, b, 0),
        from a in s_name from b in s_name select Step(Opcode.Copy, a, b, 0),
        from to in s_name from a in s_name from b in s_name select Step(Opcode.SetCombineAndStore, 1, to, a, b),
        from a in s_name from b in s_name from m in s_name select Step(Opcode.SetMove, a, b, m),
        from a in s_name from b in s_name from x in Gen.Choose(0, 1) from y in Gen.Choose(0, 1)
        select Step(Opcode.ListMove, a, b, x, y));

    private static Gen<RecordStep> Rare => Gen.OneOf(
        Gen.Constant(Step(Opcode.Clear)),
        Gen.Elements(10L, 1_000L, 10_000_000L).Select(static m => Step(Opcode.RecordChanges, m)));

    private static RecordStep Step(Opcode opcode, params object?[] arguments) =>
        new($"{opcode} {string.Join(' ', arguments.Select(Shown))}", Op.Of(opcode, arguments), 0);

    private static string Shown(object? argument) =>
        argument is string { Length: > 20 } name ? $"{name.Length} {name[0]}" : $"'{argument}'";
}
