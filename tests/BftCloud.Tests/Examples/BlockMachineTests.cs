using System.Buffers;
using System.Buffers.Binary;
using BftCloud.Primitives;
using BftSmr;
using BlockStore;

namespace BftCloud.Tests.Examples;

/// <summary>Random writes, freezes that stay open while others follow, and loads, against blocks in memory.</summary>
public sealed class BlockMachineTests : IReplySink, IDisposable
{
    private const int Blocks = 20, Steps = 400;

    private readonly TemporaryDirectory _directory = new();
    private readonly ArrayBufferWriter<byte> _reply = new();
    private readonly byte[][] _model =
        [.. Enumerable.Range(0, Blocks).Select(static _ => new byte[BlockFile.BlockBytes])];
    private long _instance;
    private bool _isRefused;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_freezes_tell_is_the_state_whatever_is_written_before_it_is_read(int seed)
    {
        Random random = new(seed);
        using BlockMachine machine = new(_directory.At("blocks"), Blocks);
        List<(IStateChanges Changes, byte[][] Then)> open = [];
        SortedDictionary<int, byte[]> records = [];
        for (int step = 0; step < Steps; step++)
        {
            switch (random.Next(10))
            {
                case 0:
                    open.Add((machine.Freeze(), [.. _model.Select(static b => (byte[])b.Clone())]));
                    break;
                case 1:
                    Read(open, records);
                    Load(machine, records);
                    break;
                default:
                    Write(machine, random.Next(Blocks), new string((char)random.Next(3), random.Next(100)));
                    break;
            }
        }
        Read(open, records);
        for (int block = 0; block < Blocks; block++) Assert.Equal(_model[block], Query(machine, block));
    }

    [Fact]
    public void What_is_no_block_is_refused()
    {
        using BlockMachine machine = new(_directory.At("blocks"), Blocks);
        Digest before = machine.StateDigest();
        foreach (byte[] operation in (byte[][])[[], [0, 0, 0], [0, 0, 0, Blocks], [255, 0, 0, 0], new byte[1 << 20]])
        {
            Execute(machine, operation);
            Assert.True(_isRefused);
        }
        Assert.Equal(before, machine.StateDigest());
        Assert.Throws<OperationRefusedException>(() => Query(machine, Blocks));
    }

    IBufferWriter<byte> IReplySink.BeginReply(int index) => _reply;

    void IReplySink.Fail(int index, string message) => _isRefused = true;

    /// <summary>Reads what is open, oldest first; each shows the state as it was.</summary>
    private static void Read(
        List<(IStateChanges Changes, byte[][] Then)> open, SortedDictionary<int, byte[]> records)
    {
        foreach ((IStateChanges changes, byte[][] then) in open)
        {
            while (changes.TryRead(out StateChange change))
            {
                int block = BinaryPrimitives.ReadInt32BigEndian(change.Key);
                if (change.Kind == StateChangeKind.Put) records[block] = change.Value.ToArray();
                else records.Remove(block);
            }
            for (int block = 0; block < Blocks; block++)
            {
                bool isZero = !then[block].AsSpan().ContainsAnyExcept((byte)0);
                Assert.Equal(isZero ? null : then[block], records.GetValueOrDefault(block));
                Assert.Equal(!isZero, changes.Has(KeyOf(block), then[block]));
                Assert.False(changes.Has(KeyOf(block), [1, .. then[block].AsSpan(1)]) && then[block][0] != 1);
            }
            changes.Dispose();
        }
        open.Clear();
    }

    /// <summary>The records are of the last freeze: so is the state then.</summary>
    private void Load(BlockMachine machine, SortedDictionary<int, byte[]> records)
    {
        using IStateLoader loader = machine.BeginLoad();
        foreach ((int block, byte[] bytes) in records) loader.Put(KeyOf(block), bytes);
        loader.Commit();
        for (int block = 0; block < Blocks; block++)
            _model[block] = records.GetValueOrDefault(block) ?? new byte[BlockFile.BlockBytes];
    }

    private void Write(BlockMachine machine, int block, string text)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(text);
        Execute(machine, [.. KeyOf(block), .. bytes]);
        Assert.False(_isRefused);
        _model[block] = new byte[BlockFile.BlockBytes];
        bytes.CopyTo(_model[block], 0);
    }

    private void Execute(BlockMachine machine, byte[] operation)
    {
        _isRefused = false;
        Command command = new(
            new SessionId(new ClientId(0), 1), (ulong)++_instance, ClientRights.Read | ClientRights.Write, operation);
        machine.Execute(new CommandBatch(new Instance(_instance), _instance, 0, new[] { command }, this));
    }

    private static byte[] Query(BlockMachine machine, int block)
    {
        ArrayBufferWriter<byte> reply = new();
        machine.Query(KeyOf(block), new QueryContext(new ClientId(0), ClientRights.Read, 1), reply);
        return reply.WrittenSpan.ToArray();
    }

    private static byte[] KeyOf(int block)
    {
        byte[] key = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(key, block);
        return key;
    }
}
