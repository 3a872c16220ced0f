using FsCheck;
using FsCheck.Fluent;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>One generated command on sets and lists: as an operation, and how the model checks its reply.</summary>
internal sealed record CollectionStep(string Text, byte[] Operation, Action<CollectionModel, object?> Check)
{
    public override string ToString() => Text;

    /// <summary>Few keys and elements, so that commands meet; some keys are of the wrong type.</summary>
    public static Gen<CollectionStep> Generator => Gen.OneOf(Sets, Lists, Lists, Keys);

    private static Gen<string> SetKey => Gen.Frequency((9, Gen.Elements("s", "t", "u")), (1, Gen.Constant("l")));

    private static Gen<string> ListKey => Gen.Frequency((9, Gen.Elements("l", "m")), (1, Gen.Constant("s")));

    private static Gen<string> Name => Gen.OneOf(
        Gen.Elements("", "a", "b", "c"), Gen.Choose(0, 150).Select(static i => $"{i:x}"));

    private static Gen<string[]> Some(Gen<string> one, int max) =>
        Gen.Choose(1, max).SelectMany(count => one.ArrayOf(count));

    private static Gen<SetCombination> Combination =>
        Gen.Elements(SetCombination.Intersection, SetCombination.Union, SetCombination.Difference);

    private static Gen<CollectionStep> Sets => Gen.Frequency(
        (4, from k in SetKey from m in Some(Name, 100) select Step(
            $"add to {k} {Shown(m)}", x => x.Add(k, m), Opcode.SetAdd, [k, .. m])),
        (1, from k in SetKey from m in Some(Name, 50) select Step(
            $"remove from {k} {Shown(m)}", x => x.Remove(k, m), Opcode.SetRemove, [k, .. m])),
        (3, from h in Combination from k in Some(SetKey, 4) select Step(
            $"{h} of {Shown(k)}", x => x.Combine(h, k), Opcode.SetCombine, [h, .. k])),
        (2, from h in Combination from to in SetKey from k in Some(SetKey, 3) select Step(
            $"{h} of {Shown(k)} to {to}", x => x.CombineAndStore(h, to, k), Opcode.SetCombineAndStore, [h, to, .. k])),
        (1, from n in Gen.Choose(0, 3) from k in Some(SetKey, 3) select Step(
            $"count {n} of {Shown(k)}", x => x.IntersectionCount(n, k), Opcode.SetIntersectionCount, [n, .. k])),
        (2, from k in SetKey from n in Gen.Elements(0, 1, 2, 40, 1000) select new CollectionStep(
            $"pop {n} of {k}", Op.Of(Opcode.SetPop, k, n), (x, reply) => x.Choose(k, n, pops: true, reply))),
        (1, from k in SetKey from number in Gen.Choose(0, 1000) from n in Gen.Elements(0, 1, 7, 1000, -1, -20)
            select new CollectionStep(
                $"{n} of {k} by {number}", Op.Of(Opcode.SetRandom, k, number, n),
                (x, reply) => x.Choose(k, n, pops: false, reply))));

    private static Gen<CollectionStep> Lists => Gen.Frequency(
        (3, from k in ListKey from s in Gen.Choose(0, 1) from e in Some(Name, 60) select Step(
            $"push {s} to {k} {Shown(e)}", x => x.Push(k, s, e), Opcode.ListPush, [k, s, 0, .. e])),
        (2, from k in ListKey from n in Gen.Choose(-3, 3) from e in Name select Step(
            $"remove {n} '{e}' of {k}", x => x.RemoveElements(k, n, e), Opcode.ListRemove, k, n, e)),
        (2, from k in ListKey from s in Gen.Choose(0, 1) from p in Name from e in Name select Step(
            $"insert {s} '{p}' '{e}' in {k}", x => x.Insert(k, s, p, e), Opcode.ListInsert, k, s, p, e)),
        (2, from k in ListKey from e in Name from r in Gen.Elements(1, 2, 3, -1, -2) from n in Gen.Choose(-1, 2)
            from max in Gen.Elements(0, 0, 1, 20) select Step(
                $"position of {r}. '{e}' in {k}, {n}, {max}", x => x.Position(k, e, r, n, max),
                Opcode.ListPosition, k, e, r, n, max)),
        (1, from s in Gen.Choose(0, 1) from n in Gen.Elements(1, 3, 60) from k in Some(ListKey, 3) select Step(
            $"pop {n} at {s} of {Shown(k)}", x => x.PopFirst(s, n, k), Opcode.ListPopFirst, [s, n, .. k])));

    private static Gen<CollectionStep> Keys => Gen.Frequency(
        (3, from a in SetKey from b in SetKey from f in Gen.Elements(WriteFlags.None, WriteFlags.IfAbsent)
            select Step($"copy {a} to {b} {f}", x => x.Copy(a, b, f), Opcode.Copy, a, b, f)),
        (3, from a in ListKey from b in ListKey from f in Gen.Elements(WriteFlags.None, WriteFlags.IfAbsent)
            select Step($"copy {a} to {b} {f}", x => x.Copy(a, b, f), Opcode.Copy, a, b, f)),
        (1, Gen.OneOf(SetKey, ListKey).Select(k => Step($"delete {k}", x => x.Delete(k), Opcode.Delete, k))));

    private static string Shown(string[] names) => string.Join(' ', names.Select(static n => $"'{n}'"));

    private static CollectionStep Step(
        string text, Func<CollectionModel, object?> expected, Opcode opcode, params object?[] arguments) =>
        new(text, Op.Of(opcode, arguments), (model, reply) => Assert.Equal(expected(model), reply));
}
