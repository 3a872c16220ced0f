using System.Buffers;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Storage;

namespace BftSmr.Simulation.Storage;

/// <summary>
/// One replica's disk: a log of records and complete snapshots. What was not flushed when the power goes is lost, but
/// for a prefix of any length, or torn: a disk may have written more than it was asked to. <see cref="LogRecovery"/>
/// reads back what is left and decides what counts, as in real life.
/// </summary>
/// <param name="limits">Bounds of what is decoded.</param>
/// <param name="chunkBytes">Length of a snapshot's chunks, which are verified whenever they are read.</param>
/// <param name="hasVotes">Whether every vote is in the log before it is sent.</param>
internal sealed class SimulatedDisk(CodecLimits limits, int chunkBytes, bool hasVotes = true)
{
    /// <summary>Stable snapshots kept: a peer may still fetch the last but one.</summary>
    private const int StableKept = 2;

    private readonly List<DiskEntry> _log = [];
    private readonly SortedDictionary<long, Snapshot> _snapshots = [];
    private LogImage? _left;
    private IReadOnlyList<Instance> _pinned = [];
    private long _segments;
    private long _stable;
    private long _dropped;
    private long _flushed;
    private bool _votesForgotten;

    /// <summary>No replica has ever started from it, so that there is nothing it could have forgotten.</summary>
    public bool IsNew { get; private set; } = true;

    /// <summary>Nothing can be written: the next write or flush fails.</summary>
    public bool Fails { get; set; }

    /// <summary>A snapshot that would count is not what was written.</summary>
    public bool IsSnapshotDamaged { get; private set; }

    /// <summary>The number of entries ever appended: the position just behind the last one.</summary>
    public long End => _dropped + _log.Count;

    /// <summary>All before this position survives a loss of power.</summary>
    public long Flushed => _flushed;

    public IEnumerable<Instance> Snapshots => _snapshots.Keys.Select(static k => new Instance(k));

    public void Append(LogRecord record)
    {
        BeginFirstSegment();
        ArrayBufferWriter<byte> bytes = new(256);
        LogRecordCodec.Encode(record, bytes);
        bool settles = _votesForgotten && hasVotes && record is SilentUpTo;
        if (settles) _votesForgotten = false;
        _log.Add(
            new RecordEntry(record, bytes.WrittenMemory, _flushed) { Mark = settles ? RecordKind.VotesLogged : null });
    }

    /// <summary>Begins a new segment with the records that must outlive the ones before.</summary>
    public void BeginSegment(Instance checkpoint, IReadOnlyList<LogRecord> liveRecords)
    {
        BeginFirstSegment();
        _log.Add(new SegmentEntry(++_segments, checkpoint, liveRecords.Count));
        foreach (LogRecord record in liveRecords) Append(record);
        if (_votesForgotten) _log[^1] = _log[^1] with { Mark = RecordKind.VotesForgotten };
    }

    /// <summary>Everything up to the position is on disk.</summary>
    public void Flush(long position) => _flushed = Math.Max(_flushed, Math.Min(position, End));

    /// <summary>
    /// Whether a loss of power leaves the decision of an instance and its batch, or a state that it led to.
    /// </summary>
    public bool HasDecision(Instance instance)
    {
        if (_snapshots.Count > 0 && _snapshots.Keys.Max() >= instance.Value) return true;
        LogRecord[] onDisk =
            [.. _log.Take((int)(_flushed - _dropped)).OfType<RecordEntry>().Select(static e => e.Record)];
        Digest? decided = onDisk.OfType<ValueDecided>().FirstOrDefault(r => r.Instance == instance)?.Value;
        return decided is not null && onDisk.Any(r => r switch
        {
            WriteVoted { Batch: { } voted } w => w.Instance == instance && voted.Digest == decided,
            ValueDecided { Batch: { } body } d => d.Instance == instance && body.Digest == decided,
            _ => false,
        });
    }

    /// <summary>A snapshot is complete, and on disk.</summary>
    /// <returns>The tree of its chunks.</returns>
    public MerkleTree StoreSnapshot(Instance instance, ReadOnlyMemory<byte> bytes)
    {
        Snapshot snapshot = new(bytes, MerkleTree.Of(bytes.Span, chunkBytes));
        _snapshots[instance.Value] = snapshot;
        IsSnapshotDamaged = false; // a newer one is whole
        ReleaseOld();
        return snapshot.Tree;
    }

    /// <summary>One chunk of a snapshot, with its path; null if there is none, or it is damaged.</summary>
    public Chunk? ReadChunk(Instance instance, int index)
    {
        if (!_snapshots.TryGetValue(instance.Value, out Snapshot? snapshot)) return null;
        if (index < 0 || index >= snapshot.Tree.Leaves.Count) return null;
        ReadOnlyMemory<byte> chunk = snapshot.ChunkAt(index);
        return MerkleTree.HashLeaf(chunk.Span) == snapshot.Tree.Leaves[index]
            ? new Chunk(instance, index, chunk, snapshot.Tree.Path(index))
            : null;
    }

    /// <summary>The checkpoint is stable: what only older ones need goes, as far as a newer snapshot is here.</summary>
    /// <param name="stable">The checkpoint.</param>
    /// <param name="pinned">Those whose snapshots stay; null: those of the last time.</param>
    public void Truncate(Instance stable, IReadOnlyList<Instance>? pinned = null)
    {
        _stable = Math.Max(_stable, stable.Value);
        _pinned = pinned ?? _pinned;
        ReleaseOld();
    }

    /// <summary>The power goes. What was flushed stays, and so does some prefix of the rest.</summary>
    /// <param name="random">How much.</param>
    /// <param name="torn">Not null: of the rest some sectors stay, and others do not.</param>
    /// <returns>How many entries were lost.</returns>
    public int LosePower(SimulationRandom random, SimulationRandom? torn = null)
    {
        int unflushed = (int)(End - _flushed);
        int lost = unflushed == 0 ? 0 : (int)random.Between(0, unflushed);
        int kept = _log.Count - lost;
        if (torn is not null && lost > 0)
        {
            // A segment is there only when all before it and its live records are on disk: what is torn is the last one
            // that is there.
            int end = _log.FindIndex(kept, static e => e is SegmentEntry), begun = kept == 0
                ? -1
                : _log.FindLastIndex(kept - 1, static e => e is SegmentEntry);
            bool isThere = begun >= 0 && kept > begun + ((SegmentEntry)_log[begun]).LiveRecords;
            _left = new LogImage(_log[..(!isThere ? kept : end < 0 ? _log.Count : end)], _dropped);
            if (isThere) _left.Tear(_dropped + kept, torn);
        }
        else
        {
            _log.RemoveRange(kept, lost);
        }
        _flushed = _dropped + kept;
        return lost;
    }

    /// <summary>What the log holds is damaged, while the replica is down.</summary>
    public void Damage(Action<LogImage> damage)
    {
        _left ??= new LogImage(_log, _dropped);
        damage(_left);
    }

    /// <summary>A byte of the newest snapshot is not what was written. False if there is no snapshot.</summary>
    public bool DamageSnapshot(SimulationRandom random)
    {
        if (_snapshots.Count == 0) return false;
        (long newest, Snapshot snapshot) = _snapshots.Last();
        byte[] bytes = snapshot.Bytes.ToArray();
        bytes[random.Next(bytes.Length)] ^= 0x10;
        _snapshots[newest] = snapshot with { Bytes = bytes };
        return IsSnapshotDamaged = true;
    }

    /// <summary>
    /// If nothing was ever flushed, an old snapshot does not tell whether all replicas agree on it.
    /// </summary>
    public void DiscardSnapshots() => _snapshots.Clear();

    /// <summary>The disk is replaced by an empty one.</summary>
    public void Wipe()
    {
        _dropped = _flushed = End;
        _log.Clear();
        _snapshots.Clear();
        _pinned = [];
        _stable = 0;
        _left = null;
        IsSnapshotDamaged = false;
    }

    /// <summary>
    /// What a replica finds when it starts: its newest snapshot that is whole, and the records of all segments that are
    /// left, up to the first damage; and whether votes may be missing.
    /// </summary>
    public DiskContents Recover()
    {
        LogImage left = _left ?? new LogImage(_log, _dropped);
        LogRecovery found = left.Read(limits);
        bool forgotten = found.ForgetsVotes(IsNew);
        int kept = CountKept(found.Records.Count);
        bool unnoticed = !forgotten && (IsLossProven(left, kept) || (!IsNew && _log.Count == 0));
        _log.RemoveRange(kept, _log.Count - kept);
        _left = null;
        IsNew = Fails = IsSnapshotDamaged = false;
        _votesForgotten = forgotten || !hasVotes;
        BeginFirstSegment();
        _log[^1] = _log[^1] with { Mark = _votesForgotten ? RecordKind.VotesForgotten : RecordKind.VotesLogged };
        _flushed = End;
        bool lost = DropDamagedSnapshots();
        (long newest, Snapshot? snapshot) = _snapshots.Count == 0
            ? default
            : (_snapshots.Last().Key, _snapshots.Last().Value);
        return new DiskContents(
            new Instance(newest), snapshot?.Tree.Root ?? default, snapshot?.Bytes ?? default, found.Records, forgotten,
            found.Damage, unnoticed, lost);
    }

    /// <summary>Damaged snapshots are of no use; true if there was one newer than all that are whole.</summary>
    private bool DropDamagedSnapshots()
    {
        bool lost = false;
        while (_snapshots.Count > 0 && !_snapshots.Last().Value.IsWhole)
            lost = _snapshots.Remove(_snapshots.Last().Key);
        return lost;
    }

    /// <summary>
    /// Whether an intact record behind the first so many entries says that more than those was once on disk. (If none
    /// does, damage cannot be told from an end that was never written: docs/spec/storage/log.md.)
    /// </summary>
    private bool IsLossProven(LogImage left, int kept)
    {
        long segment = 0;
        for (int i = 0; i < _log.Count; i++)
        {
            if (_log[i] is SegmentEntry begun) segment = begun.Number;
            else if (i >= kept && ((RecordEntry)_log[i]).FlushedBefore > _dropped + kept
                && left.IsWhole(segment, _dropped + i + 1)) return true;
        }
        return false;
    }

    private void BeginFirstSegment()
    {
        if (_log.Count == 0) _log.Add(new SegmentEntry(++_segments, Instance.Zero, 0));
    }

    /// <summary>How many entries there are up to the last of the first so many records.</summary>
    private int CountKept(int records)
    {
        int kept = 0;
        for (int i = 0; i < _log.Count && records > 0; i++)
        {
            if (_log[i] is not RecordEntry) continue;
            kept = i + 1;
            records--;
        }
        return kept;
    }

    private void ReleaseOld()
    {
        long covered = _snapshots.Count == 0 ? 0 : Math.Min(_snapshots.Keys.Max(), _stable);
        int cut = _log.FindLastIndex(e => e is SegmentEntry segment && segment.Checkpoint.Value <= covered);
        if (cut > 0)
        {
            // Nothing is deleted before what takes its place, and what says why it may go, is on disk.
            Flush(End);
            _log.RemoveRange(0, cut);
            _dropped += cut;
        }
        long[] stable = [.. _snapshots.Keys.Where(k => k <= _stable)];
        foreach (long old in stable.SkipLast(StableKept).Where(k => !_pinned.Contains(new Instance(k))))
            _snapshots.Remove(old);
    }

    private sealed record Snapshot(ReadOnlyMemory<byte> Bytes, MerkleTree Tree)
    {
        public bool IsWhole =>
            Enumerable.Range(0, Tree.Leaves.Count).All(i => MerkleTree.HashLeaf(ChunkAt(i).Span) == Tree.Leaves[i]);

        public ReadOnlyMemory<byte> ChunkAt(int index) =>
            Bytes.Slice(index * Tree.ChunkBytes, MerkleTree.ChunkLength(Tree.SnapshotBytes, Tree.ChunkBytes, index));
    }
}
