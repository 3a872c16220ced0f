using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using BftCloud.Primitives;
using BftSmr;

namespace BlockStore;

/// <summary>
/// A replicated disk of blocks: a state that is kept in a file, and may be larger than the memory. Each block that is
/// not all zeros is a record, by its number. A command is a number and a block; a query is a number, and is answered by
/// the block.
/// </summary>
/// <param name="path">Where the blocks are while the replica runs. The replica's checkpoints are what it restarts from.
/// </param>
/// <param name="blocksMax">How many blocks there are.</param>
internal sealed class BlockMachine(string path, int blocksMax) : IStateMachine, IDisposable
{
    private BlockFile _file = new(path);
    private SortedSet<int> _touched = [];

    public void Execute(CommandBatch batch)
    {
        ReadOnlySpan<Command> commands = batch.Commands.Span;
        for (int i = 0; i < commands.Length; i++)
        {
            ReadOnlySpan<byte> operation = commands[i].Operation.Span;
            if (!TryReadBlock(operation, out int block) || operation.Length > sizeof(int) + BlockFile.BlockBytes)
            {
                batch.Fail(i, $"A command is the number of a block, below {blocksMax}, and its bytes.");
                continue;
            }
            _file.Write(block, operation[sizeof(int)..]);
            _touched.Add(block);
            batch.ReplyTo(i);
        }
    }

    public void Query(ReadOnlySpan<byte> query, in QueryContext context, IBufferWriter<byte> reply)
    {
        if (!TryReadBlock(query, out int block))
            throw new OperationRefusedException($"A query is the number of a block, below {blocksMax}.");
        _file.Read(block, reply.GetSpan(BlockFile.BlockBytes)[..BlockFile.BlockBytes]);
        reply.Advance(BlockFile.BlockBytes);
    }

    public Digest StateDigest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] bytes = new byte[BlockFile.BlockBytes];
        for (int block = 0; block < _file.Count; block++)
        {
            _file.Read(block, bytes);
            if (!bytes.AsSpan().ContainsAnyExcept((byte)0)) continue;
            hash.AppendData(KeyOf(block));
            hash.AppendData(bytes);
        }
        return new Digest(hash.GetHashAndReset());
    }

    public IStateChanges Freeze()
    {
        SortedSet<int> touched = _touched;
        _touched = [];
        return new Changes(_file.Open(), touched);
    }

    public IStateLoader BeginLoad() => new Loader(this);

    public void Dispose() => _file.Dispose();

    private string PathOfLoaded => path + ".new";

    private static byte[] KeyOf(int block)
    {
        byte[] key = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(key, block);
        return key;
    }

    private bool TryReadBlock(ReadOnlySpan<byte> operation, out int block) =>
        BinaryPrimitives.TryReadInt32BigEndian(operation, out block) && block >= 0 && block < blocksMax;

    /// <summary>What was written since the last freeze, as it was at this one.</summary>
    private sealed class Changes(BlockFile.View view, SortedSet<int> touched) : IStateChanges
    {
        private readonly byte[] _bytes = new byte[BlockFile.BlockBytes];
        private SortedSet<int>.Enumerator _next = touched.GetEnumerator();

        public bool TryRead(out StateChange change)
        {
            change = default;
            if (!_next.MoveNext()) return false;
            view.Read(_next.Current, _bytes);
            byte[] key = KeyOf(_next.Current);
            bool isZero = !_bytes.AsSpan().ContainsAnyExcept((byte)0);
            change = isZero ? StateChange.Remove(key) : StateChange.Put(key, _bytes);
            return true;
        }

        public bool Has(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            view.Read(BinaryPrimitives.ReadInt32BigEndian(key), _bytes);
            return value.SequenceEqual(_bytes) && value.ContainsAnyExcept((byte)0);
        }

        public void Dispose() => view.Dispose();
    }

    /// <summary>Writes another file, which takes the place of the one there is.</summary>
    private sealed class Loader(BlockMachine machine) : IStateLoader
    {
        private readonly BlockFile _loaded = new(machine.PathOfLoaded);
        private bool _isCommitted;

        public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            _loaded.Write(BinaryPrimitives.ReadInt32BigEndian(key), value);

        public void Commit()
        {
            _loaded.Replace(machine._file);
            (machine._file, machine._touched, _isCommitted) = (_loaded, [], true);
        }

        public void Dispose()
        {
            if (!_isCommitted) _loaded.Dispose();
        }
    }
}
