using FsCheck;
using FsCheck.Fluent;
using KvStore.Operations;

namespace KvStore.Tests.StateMachine;

/// <summary>One generated command: as an operation, and as what the model says of it.</summary>
internal sealed record StoreStep(string Text, byte[] Operation, Func<StoreModel, object?> Expected)
{
    public override string ToString() => Text;

    /// <summary>Few keys, few values, short times: so that commands meet.</summary>
    public static Gen<StoreStep> Generator
    {
        get
        {
            Gen<string> key = Gen.Elements(
                "", "a", "b", "c", "ca", "cab", "d", "key:0000000001", "key:0000000002", "\xff", "\xff\xff");
            Gen<string> value = Gen.OneOf(
                Gen.Elements("", "1", "-7", "9223372036854775807", "x", "007", new string('y', 300)),
                Gen.Choose(-20, 20).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            Gen<long> micros = Gen.Choose(1, 40).Select(i => (long)i);
            Gen<WriteFlags> flags =
                from condition in Gen.Elements(WriteFlags.None, WriteFlags.IfAbsent, WriteFlags.IfPresent)
                from expiry in Gen.Elements(WriteFlags.None, WriteFlags.KeepExpiry, WriteFlags.ExpiresIn)
                from result in Gen.Elements(WriteFlags.None, WriteFlags.ReturnOld)
                select condition | expiry | result;

            Gen<StoreStep> put = from k in key from v in value from f in flags from m in micros select Step(
                $"put '{k}' '{v}' {f} {m}", m2 => m2.Put(k, v, f, m), Opcode.Put,
                f.HasFlag(WriteFlags.ExpiresIn) ? [k, v, f, m] : [k, v, f]);
            Gen<StoreStep> get = key.Select(k => Step($"get '{k}'", m => m.Get(k), Opcode.Get, k));
            Gen<StoreStep> delete = from a in key from b in key select Step(
                $"delete '{a}' '{b}'", m => m.Delete(a, b), Opcode.Delete, a, b);
            Gen<StoreStep> exists = from a in key from b in key select Step(
                $"exists '{a}' '{b}'", m => m.Exists(a, b), Opcode.Exists, a, b);
            Gen<StoreStep> increment = from k in key from d in Gen.Elements(1L, -3L, long.MaxValue, long.MinValue)
                                       select Step(
                                           $"increment '{k}' {d}", m => m.Increment(k, d), Opcode.Increment, k, d);
            Gen<StoreStep> append = from k in key from v in value select Step(
                $"append '{k}' '{v}'", m => m.Append(k, v), Opcode.Append, k, v);
            Gen<StoreStep> setRange = from k in key from o in Gen.Choose(0, 40) from v in value
                                      select Step(
                                          $"set range '{k}' {o} '{v}'", m => m.SetRange(k, o, v), Opcode.SetRange, k, o,
                                          v);
            Gen<StoreStep> compare = from k in key from e in Gen.OneOf(
                value.Select(v => (string?)v), Gen.Constant((string?)null))
                                     from v in Gen.OneOf(value.Select(v => (string?)v), Gen.Constant((string?)null))
                                     select Step(
                                         $"compare '{k}' '{e}' and set '{v}'", m => m.CompareAndSet(k, e, v),
                                         Opcode.CompareAndSet, k, e, v, WriteFlags.None);
            Gen<StoreStep> expire = from k in key from m in Gen.Choose(-5, 40)
                                    select Step(
                                        $"expire '{k}' {m}", s => s.Expire(k, m), Opcode.Expire, k,
                                        WriteFlags.ExpiresIn, m);
            Gen<StoreStep> persist = key.Select(k => Step($"persist '{k}'", m => m.Persist(k), Opcode.Persist, k));
            Gen<StoreStep> timeToLive = key.Select(
                k => Step($"time to live '{k}'", m => m.TimeToLive(k), Opcode.TimeToLive, k));
            Gen<StoreStep> copy =
                from a in key from b in key from f in Gen.Elements(WriteFlags.None, WriteFlags.IfAbsent) select Step(
                    $"copy '{a}' to '{b}' {f}", m => m.Copy(a, b, f), Opcode.Copy, a, b, f);
            return Gen.Frequency(
                (6, OnBits(key)), (2, copy),
                (6, put), (3, get), (2, delete), (1, exists), (2, increment), (2, append), (1, setRange), (3, compare),
                (2, expire), (1, persist), (1, timeToLive));
        }
    }

    private static Gen<StoreStep> OnBits(Gen<string> key)
    {
        Gen<int> offset = Gen.Choose(0, 60);
        Gen<StoreStep> setBit = from k in key from o in offset from b in Gen.Choose(0, 1) select Step(
            $"set bit '{k}' {o} {b}", m => m.SetBit(k, o, b), Opcode.SetBit, k, o, b);
        Gen<StoreStep> getBit = from k in key from o in offset select Step(
            $"get bit '{k}' {o}", m => m.GetBit(k, o), Opcode.GetBit, k, o);
        Gen<StoreStep> bitCount = from k in key from a in offset from b in offset select Step(
            $"bit count '{k}' {a} {b}", m => m.BitCount(k, a, b), Opcode.BitCount, k, a, b, 1);
        Gen<StoreStep> bitPosition =
            from k in key from bit in Gen.Choose(0, 1) from a in offset from b in offset select Step(
                $"bit position '{k}' {bit} {a} {b}", m => m.BitPosition(k, bit, a, b),
                Opcode.BitPosition, k, bit, 1, a, b);
        Gen<StoreStep> bitCombine =
            from how in Gen.Elements(BitCombination.And, BitCombination.Or, BitCombination.Xor)
            from k in key from a in key from b in key select Step(
                $"{how} of '{a}' '{b}' to '{k}'", m => m.BitCombine(how, k, a, b), Opcode.BitCombine, how, k, a, b);
        Gen<StoreStep> bitNot = from k in key from a in key select Step(
            $"not of '{a}' to '{k}'", m => m.BitCombine(BitCombination.Not, k, a),
            Opcode.BitCombine, BitCombination.Not, k, a);
        return Gen.OneOf(setBit, getBit, bitCount, bitPosition, bitCombine, bitNot);
    }

    private static StoreStep Step(
        string text, Func<StoreModel, object?> expected, Opcode opcode, params object?[] arguments) =>
        new(text, Op.Of(opcode, arguments), expected);
}
