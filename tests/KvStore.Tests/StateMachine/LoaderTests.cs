using BftSmr;
using KvStore.Operations;
using KvStore.State;

namespace KvStore.Tests.StateMachine;

/// <summary>A loader takes the records of a state, and no others.</summary>
public class LoaderTests
{
    private static readonly string s_long = new('k', RecordName.BytesMax + 1);

    private readonly TestMachine _machine = new();

    public LoaderTests()
    {
        _machine.Execute(Opcode.RecordChanges, TestMachine.Second);
        _machine.Execute(Opcode.Put, "a", "1", WriteFlags.ExpiresIn, 1_000);
        _machine.Execute(Opcode.HashPut, "h", "f", "v", s_long, "v");
        _machine.Execute(Opcode.ListPush, "l", 0, 0, "x", "y");
        _machine.Execute(Opcode.SetAdd, "s", "m", s_long, "");
        _machine.Execute(Opcode.SortedSetAdd, "z", 0, BitConverter.DoubleToInt64Bits(1), "m");
        _machine.Execute(Opcode.Put, s_long, "1", 0);
        _machine.Execute(Opcode.SetAdd, $"{s_long}s", "m");
    }

    [Fact]
    public void All_records_are_a_state_and_no_records_without_one_of_them()
    {
        IReadOnlyList<TestChange> records = _machine.Freeze();
        TestMachine other = new();
        Load(other, records);
        Assert.Equal(_machine.Store.StateDigest(), other.Store.StateDigest());
        for (int i = 0; i < records.Count; i++)
        {
            TestChange[] others = [.. records.Where((_, at) => at != i)];
            Assert.Throws<InvalidDataException>(() => Load(new TestMachine(), others));
        }
    }

    [Fact]
    public void Records_out_of_order_or_twice_are_refused()
    {
        IReadOnlyList<TestChange> records = _machine.Freeze();
        for (int i = 1; i < records.Count; i++)
        {
            TestChange[] swapped = [.. records];
            (swapped[i - 1], swapped[i]) = (swapped[i], swapped[i - 1]);
            Assert.Throws<InvalidDataException>(() => Load(new TestMachine(), swapped));
            TestChange[] twice = [.. records.Take(i), .. records.Skip(i - 1)];
            Assert.Throws<InvalidDataException>(() => Load(new TestMachine(), twice));
        }
    }

    [Fact]
    public void No_value_is_taken_that_is_longer_or_shorter_than_it_was()
    {
        IReadOnlyList<TestChange> records = _machine.Freeze();
        for (int i = 0; i < records.Count; i++)
        {
            byte[] value = records[i].Value;
            foreach (byte[] bad in (byte[][])[[.. value, 0xc0], .. value.Length > 0 ? [value[..^1]] : (byte[][])[]])
            {
                TestChange[] changed = [.. records];
                changed[i] = records[i] with { Value = bad };
                Assert.Throws<InvalidDataException>(() => Load(new TestMachine(), changed));
            }
        }
    }

    [Theory]
    [InlineData("020162000000", "without an entry")] // an element
    [InlineData("0201680000017a00", "no such label")]
    [InlineData("0201720000", "an entry more")]
    [InlineData("020162", "no end of the name")]
    [InlineData("02016200", "no end of the name")]
    [InlineData("0201620002", "no escape")]
    [InlineData("0203", "no such form")]
    [InlineData("03", "no such record")]
    [InlineData("00", "the header again")]
    [InlineData("01", "no revision")]
    public void A_record_more_is_refused(string key, string why)
    {
        byte[] added = Convert.FromHexString(key);
        List<TestChange> records = [.. _machine.Freeze()];
        int at = records.FindIndex(r => r.Key.AsSpan().SequenceCompareTo(added) >= 0);
        byte[] value = [.. ((object?[])[1L, 1L, null, ""]).SelectMany(static element => Op.Bytes(element))]; // a string
        records.Insert(at < 0 ? records.Count : at, new TestChange(StateChangeKind.Put, added, value));
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Load(new TestMachine(), records));
        Assert.True(e.Message.StartsWith("The records of the key-value store cannot be loaded: "), why);
    }

    [Fact]
    public void A_long_name_stands_under_its_own_hash_alone()
    {
        List<TestChange> records = [.. _machine.Freeze()];
        int at = records.FindIndex(static r => r.Key is [RecordFormat.Entry, RecordFormat.Hashed, ..]);
        byte[] key = [.. records[at].Key];
        key[5]--;
        records[at] = records[at] with { Key = key };
        Assert.Throws<InvalidDataException>(() => Load(new TestMachine(), records));
    }

    [Fact]
    public void Another_version_is_named()
    {
        List<TestChange> records = [.. _machine.Freeze()];
        byte[] header = [.. records[0].Value];
        header[0] = 2;
        records[0] = records[0] with { Value = header };
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Load(new TestMachine(), records));
        Assert.Contains("version 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loader_that_is_given_up_leaves_nothing()
    {
        using (IStateLoader loader = _machine.Store.BeginLoad())
        {
            Assert.Equal(0, _machine.Store.Count);
            loader.Put([RecordFormat.Header], new TestMachine().Freeze()[0].Value);
        }
        Assert.Equal(0, _machine.Store.Count);
    }

    private static void Load(TestMachine machine, IEnumerable<TestChange> records)
    {
        using IStateLoader loader = machine.Store.BeginLoad();
        foreach (TestChange record in records) loader.Put(record.Key, record.Value);
        loader.Commit();
    }
}
