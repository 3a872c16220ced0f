using BftCloud.Primitives;

namespace BftSmr.Runs;

/// <summary>
/// Reads a run chunk by chunk, and holds it to its format and its order: its root was signed by a quorum, but its
/// bytes are not trusted beyond that.
/// </summary>
/// <param name="run">Its bytes, which are the reader's own now.</param>
internal sealed class RunReader(IRunBytes run) : RunCursor
{
    private readonly byte[] _chunk = new byte[(int)Math.Min(run.Tree.ChunkBytes, run.Tree.SnapshotBytes)];
    private readonly byte[] _header = new byte[RunFormat.HeaderBytes];
    private readonly byte[] _lastKey = new byte[KeyBytesMax];
    private byte[] _item = new byte[4096]; // key and value
    private long _left = run.Tree.SnapshotBytes;
    private int _nextChunk, _chunkLength, _taken, _skipped, _keyLength, _valueLength;
    private int _lastLength = -1;
    private StateChangeKind _lastKind;

    /// <summary>Begins within a run.</summary>
    /// <param name="run">Its bytes, which are the reader's own now.</param>
    /// <param name="offset">Where a change begins, or the end.</param>
    public RunReader(IRunBytes run, long offset) : this(run)
    {
        _left -= offset;
        _nextChunk = (int)(offset / run.Tree.ChunkBytes);
        if (_left == 0) _nextChunk = run.Tree.Leaves.Count;
        else _skipped = (int)(offset % run.Tree.ChunkBytes);
    }

    /// <summary>Where the change that it shows begins; at the end, the run's length.</summary>
    public long Offset { get; private set; }

    public override ReadOnlySpan<byte> Key => _item.AsSpan(0, _keyLength);

    public override ReadOnlySpan<byte> Value => _item.AsSpan(_keyLength, _valueLength);

    /// <exception cref="RunDamagedException">It is damaged, or no run.</exception>
    public override bool MoveNext()
    {
        Offset = run.Tree.SnapshotBytes - _left;
        if (_taken == _chunkLength && _nextChunk == run.Tree.Leaves.Count) return false;
        Take(_header);
        if (!RunFormat.TryReadHeader(_header, out StateChangeKind kind, out _keyLength, out _valueLength))
            throw Damaged("a change is malformed");
        int length = _keyLength + _valueLength;
        if (length > _left) throw Damaged("it ends within a change");
        if (_item.Length < length) _item = new byte[Math.Max(2 * _item.Length, length)];
        Take(_item.AsSpan(0, length));
        Kind = kind;
        if (_lastLength >= 0 && Compare(_lastKey.AsSpan(0, _lastLength), _lastKind, Key, Kind) >= 0)
            throw Damaged("a change is out of order");
        Key.CopyTo(_lastKey);
        (_lastLength, _lastKind) = (_keyLength, Kind);
        return true;
    }

    public override void Dispose() => run.Dispose();

    private void Take(Span<byte> bytes)
    {
        _left -= bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_taken == _chunkLength) ReadChunk();
            int taken = Math.Min(bytes.Length, _chunkLength - _taken);
            _chunk.AsSpan(_taken, taken).CopyTo(bytes);
            _taken += taken;
            bytes = bytes[taken..];
        }
    }

    private void ReadChunk()
    {
        MerkleTree tree = run.Tree;
        if (_nextChunk == tree.Leaves.Count) throw Damaged("it ends within a change");
        _chunkLength = MerkleTree.ChunkLength(tree.SnapshotBytes, tree.ChunkBytes, _nextChunk);
        if (!run.TryReadChunk(_nextChunk++, _chunk.AsSpan(0, _chunkLength))) throw Damaged("its bytes are others");
        (_taken, _skipped) = (_skipped, 0);
    }

    private RunDamagedException Damaged(string what) => new(run.Tree.Root, Math.Max(0, _nextChunk - 1), what);
}
