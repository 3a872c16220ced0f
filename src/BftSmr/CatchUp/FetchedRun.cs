using BftCloud.Primitives;
using BftSmr.Core;
using BftSmr.Runs;

namespace BftSmr.CatchUp;

/// <summary>
/// How much is here of a run that is being fetched. Invariant: a chunk is one of the run's, and is stored once.
/// </summary>
internal sealed class FetchedRun(MissingRun missing, int chunkBytes)
{
    private readonly long _chunks = MerkleTree.ChunkCount(missing.Run.Bytes, chunkBytes);
    private readonly HashSet<int> _stored = [.. missing.Chunks];
    private int _next;

    public RunDescription Description => missing.Run;

    public bool IsWhole => _stored.Count == _chunks;

    public bool Lacks(int index) => (uint)index < _chunks && !_stored.Contains(index);

    /// <summary>The first chunk that is not here.</summary>
    public int FirstMissing
    {
        get
        {
            int index = 0;
            while (_stored.Contains(index)) index++;
            return index;
        }
    }

    public void NoteStored(int index)
    {
        bool isNew = (uint)index < _chunks && _stored.Add(index);
        Invariant.Holds(isNew, "a chunk is stored once, and is one of the run's");
    }

    /// <summary>The next chunk that was not asked for yet.</summary>
    public bool TryNext(out int index)
    {
        while (_stored.Contains(_next)) _next++;
        index = _next;
        if (_next >= _chunks) return false;
        _next++;
        return true;
    }
}
