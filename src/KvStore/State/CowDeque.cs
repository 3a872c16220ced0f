namespace KvStore.State;

/// <summary>
/// A sequence that grows and shrinks at both ends and is indexed in constant time: a ring of chunks, all full but the
/// first and the last. Chunks and ring are copied on their first write after a freeze (see
/// <see cref="State.Generation"/>).
/// </summary>
internal sealed class CowDeque(Generation generation)
{
    private const int ChunkLength = 32;
    private const int RingLengthMin = 2;

    private sealed record Chunk(long Generation, byte[][] Items);

    private Chunk[] _ring = new Chunk[RingLengthMin];
    private long _ringGeneration = generation.Current;
    private int _firstChunk;
    private int _offset; // of the first item in the first chunk

    public int Count { get; private set; }

    private int ChunkCount => (_offset + Count + ChunkLength - 1) / ChunkLength;

    public CowDeque Fork() => new(generation)
    {
        _ring = _ring,
        _ringGeneration = _ringGeneration,
        _firstChunk = _firstChunk,
        _offset = _offset,
        Count = Count,
    };

    public byte[] this[int index]
    {
        get
        {
            int position = _offset + index;
            return _ring[Slot(position / ChunkLength)].Items[position % ChunkLength];
        }
        set
        {
            OwnRing();
            int position = _offset + index;
            OwnChunk(position / ChunkLength)[position % ChunkLength] = value;
        }
    }

    public void AddLast(byte[] item)
    {
        OwnRing();
        int position = _offset + Count;
        if (position % ChunkLength == 0) MakeChunk(position / ChunkLength);
        OwnChunk(position / ChunkLength)[position % ChunkLength] = item;
        Count++;
    }

    public void AddFirst(byte[] item)
    {
        OwnRing();
        if (_offset == 0)
        {
            MakeRoom(ChunkCount);
            _firstChunk = (_firstChunk - 1) & (_ring.Length - 1);
            _ring[_firstChunk] = NewChunk();
            _offset = ChunkLength;
        }
        _offset--;
        OwnChunk(0)[_offset] = item;
        Count++;
    }

    public byte[] RemoveFirst()
    {
        OwnRing();
        byte[] item = this[0];
        OwnChunk(0)[_offset] = null!;
        _offset++;
        Count--;
        if (_offset == ChunkLength || Count == 0)
        {
            _ring[_firstChunk] = null!;
            _firstChunk = (_firstChunk + 1) & (_ring.Length - 1);
            _offset = 0;
            ShrinkRing();
        }
        return item;
    }

    public byte[] RemoveLast()
    {
        OwnRing();
        byte[] item = this[Count - 1];
        int position = _offset + Count - 1;
        OwnChunk(position / ChunkLength)[position % ChunkLength] = null!;
        Count--;
        if (position % ChunkLength == 0)
        {
            _ring[Slot(position / ChunkLength)] = null!;
            ShrinkRing();
        }
        if (Count == 0)
        {
            _ring[_firstChunk] = null!;
            _offset = 0;
        }
        return item;
    }

    private int Slot(int chunk) => (_firstChunk + chunk) & (_ring.Length - 1);

    private Chunk NewChunk() => new(generation.Current, new byte[ChunkLength][]);

    private void MakeChunk(int chunk)
    {
        MakeRoom(chunk);
        _ring[Slot(chunk)] = NewChunk();
    }

    /// <summary>Room in the ring for one more than <paramref name="chunks"/>.</summary>
    private void MakeRoom(int chunks)
    {
        if (chunks == _ring.Length) ResizeRing(2 * chunks);
    }

    private void ShrinkRing()
    {
        if (_ring.Length > RingLengthMin && ChunkCount <= _ring.Length / 4) ResizeRing(_ring.Length / 2);
    }

    private void ResizeRing(int length)
    {
        Chunk[] ring = new Chunk[length];
        for (int i = 0; i < ChunkCount; i++) ring[i] = _ring[Slot(i)];
        _ring = ring;
        _firstChunk = 0;
    }

    private void OwnRing()
    {
        if (_ringGeneration == generation.Current) return;
        _ring = [.. _ring];
        _ringGeneration = generation.Current;
    }

    private byte[][] OwnChunk(int index)
    {
        ref Chunk chunk = ref _ring[Slot(index)];
        if (chunk.Generation != generation.Current) chunk = new Chunk(generation.Current, [.. chunk.Items]);
        return chunk.Items;
    }
}
