using System.Buffers;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Simulation.Storage;

/// <summary>
/// One replica's disk: a log of records and complete snapshots. What was not flushed when the power goes is lost, but for a prefix of any length,
/// as a disk may have written more than it was asked to.
/// </summary>
internal sealed class SimulatedDisk(CodecLimits limits)
{
    /// <summary>Stable snapshots kept: the last but one may still be on its way to somebody.</summary>
    private const int StableKept = 2;

    private readonly List<DiskEntry> _log = [];
    private readonly SortedDictionary<long, ReadOnlyMemory<byte>> _snapshots = [];
    private bool _wiped;
    private long _stable;
    private long _dropped;
    private long _flushed;

    /// <summary>No replica has ever started from it, so that there is nothing it could have forgotten.</summary>
    public bool IsNew { get; set; } = true;

    /// <summary>The number of entries ever appended: the position just behind the last one.</summary>
    public long End => _dropped + _log.Count;

    /// <summary>All before this position survives a loss of power.</summary>
    public long Flushed => _flushed;

    /// <summary>Records that the log holds.</summary>
    public int Records => _log.Count;

    public IEnumerable<Instance> Snapshots => _snapshots.Keys.Select(static k => new Instance(k));

    public void Append(LogRecord record)
    {
        ArrayBufferWriter<byte> bytes = new(256);
        LogRecordCodec.Encode(record, bytes);
        _log.Add(new RecordEntry(bytes.WrittenMemory));
    }

    /// <summary>Begins a new segment with the records that must outlive the ones before.</summary>
    public void BeginSegment(Instance checkpoint, IReadOnlyList<LogRecord> liveRecords)
    {
        _log.Add(new SegmentEntry(checkpoint, liveRecords.Count));
        foreach (LogRecord record in liveRecords) Append(record);
    }

    /// <summary>Everything up to the position is on disk.</summary>
    public void Flush(long position) => _flushed = Math.Max(_flushed, Math.Min(position, End));

    /// <summary>A snapshot is complete, and on disk.</summary>
    public void StoreSnapshot(Instance instance, ReadOnlyMemory<byte> bytes)
    {
        _snapshots[instance.Value] = bytes;
        ReleaseOld();
    }

    public bool TryGetSnapshot(Instance instance, out ReadOnlyMemory<byte> bytes) => _snapshots.TryGetValue(instance.Value, out bytes);

    /// <summary>The checkpoint is stable: what only older ones need goes, as far as a newer snapshot is here.</summary>
    public void Truncate(Instance stable)
    {
        _stable = Math.Max(_stable, stable.Value);
        ReleaseOld();
    }

    /// <summary>The power goes. What was flushed stays, and so does some prefix of the rest.</summary>
    /// <returns>How many entries were lost.</returns>
    public int LosePower(SimulationRandom random)
    {
        int unflushed = (int)(End - _flushed);
        int lost = unflushed == 0 ? 0 : (int)random.Between(0, unflushed);
        _log.RemoveRange(_log.Count - lost, lost);
        _flushed = End;
        return lost;
    }

    /// <summary>The disk is replaced by an empty one.</summary>
    public void Wipe()
    {
        _dropped = _flushed = End;
        _log.Clear();
        _snapshots.Clear();
        _stable = 0;
        _wiped = true;
    }

    /// <summary>
    /// What a replica finds when it starts: its newest snapshot and the records of all segments that are left. Votes are missing from an exchanged
    /// disk until the replica has learned how far they can have gone, and written that down.
    /// </summary>
    /// <exception cref="InvalidDataException">A record that was written cannot be read back.</exception>
    public (Instance Checkpoint, ReadOnlyMemory<byte> Snapshot, IReadOnlyList<LogRecord> Records, bool VotesMissing) Recover()
    {
        List<LogRecord> records = [];
        foreach (DiskEntry entry in _log)
        {
            if (entry is not RecordEntry { Bytes: var bytes }) continue;
            if (!LogRecordCodec.TryDecode(bytes, limits, out LogRecord? record)) throw new InvalidDataException("A log record does not decode.");
            records.Add(record);
        }
        bool votesMissing = _wiped && !records.Any(static r => r is SilentUpTo);
        if (_snapshots.Count == 0) return (Instance.Zero, default, records, votesMissing);
        (long newest, ReadOnlyMemory<byte> snapshot) = _snapshots.Last();
        return (new Instance(newest), snapshot, records, votesMissing);
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
        foreach (long old in stable.SkipLast(StableKept)) _snapshots.Remove(old);
    }
}
