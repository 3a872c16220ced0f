using System.Buffers;
using BftCloud.Primitives;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Runs;
using BftSmr.Settings;
using BftSmr.Storage;

namespace BftSmr.Simulation.Storage;

/// <summary>
/// One replica's disk: a log of records, and checkpoints. What was not flushed when the power goes is lost, but
/// for a prefix of any length, or torn: a disk may have written more than it was asked to. <see cref="LogRecovery"/>
/// reads back what is left and decides what counts, as in real life.
/// </summary>
/// <param name="limits">Bounds of what is decoded.</param>
/// <param name="settings">The replica's.</param>
internal sealed class SimulatedDisk(CodecLimits limits, ReplicaSettings settings)
{
    private readonly List<DiskEntry> _log = [];
    private LogImage? _left;
    private long _segments;
    private long _stable;
    private long _dropped;
    private long _flushed;
    private bool _votesForgotten;

    /// <summary>No replica has ever started from it, so that there is nothing it could have forgotten.</summary>
    public bool IsNew { get; private set; } = true;

    /// <summary>Nothing can be written: the next write or flush fails.</summary>
    public bool Fails { get; set; }

    public SimulatedCheckpoints Checkpoints { get; } = new(settings);

    /// <summary>The number of entries ever appended: the position just behind the last one.</summary>
    public long End => _dropped + _log.Count;

    /// <summary>All before this position survives a loss of power.</summary>
    public long Flushed => _flushed;

    /// <summary>Every vote is in the log before it is sent.</summary>
    private bool HasVotes => settings.Durability == Durability.Votes;

    public void Append(LogRecord record)
    {
        BeginFirstSegment();
        ArrayBufferWriter<byte> bytes = new(256);
        LogRecordCodec.Encode(record, bytes);
        bool settles = _votesForgotten && HasVotes && record is SilentUpTo;
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

    /// <summary>
    /// Some of the log is damaged: begins a new segment with all that counts, and lets go of those before when that is
    /// on disk.
    /// </summary>
    public void Rewrite(Instance stable, IReadOnlyList<LogRecord> liveRecords)
    {
        int before = _log.Count;
        BeginSegment(stable, liveRecords);
        Flush(End);
        _log.RemoveRange(0, before);
        _dropped += before;
    }

    /// <summary>Everything up to the position is on disk.</summary>
    public void Flush(long position) => _flushed = Math.Max(_flushed, Math.Min(position, End));

    /// <summary>
    /// Whether a loss of power leaves the decision of an instance and its batch, or a state that it led to.
    /// </summary>
    public bool HasDecision(Instance instance)
    {
        if (Checkpoints.Newest >= instance) return true;
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

    /// <summary>
    /// A checkpoint is complete, and on disk: what only older ones need goes, as far as a newer one is here.
    /// </summary>
    public Manifest WriteCheckpoint(Instance instance)
    {
        Manifest manifest = Checkpoints.Write(instance);
        ReleaseOld();
        return manifest;
    }

    /// <summary>The checkpoint is stable: what only older ones need goes, as far as a newer one is here.</summary>
    /// <param name="stable">The checkpoint.</param>
    /// <param name="pinned">Those that stay; null: those of the last time.</param>
    public void Truncate(Instance stable, IReadOnlyList<Instance>? pinned = null)
    {
        _stable = Math.Max(_stable, stable.Value);
        Checkpoints.Truncate(stable, pinned);
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

    /// <summary>The disk is replaced by an empty one.</summary>
    public void Wipe()
    {
        _dropped = _flushed = End;
        _log.Clear();
        Checkpoints.Wipe();
        _stable = 0;
        _left = null;
    }

    /// <summary>
    /// What a replica finds when it starts: its newest checkpoint that is whole, and the records of all segments that
    /// are left, up to the first damage; and whether votes may be missing.
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
        IsNew = Fails = false;
        _votesForgotten = forgotten || !HasVotes;
        BeginFirstSegment();
        _log[^1] = _log[^1] with { Mark = _votesForgotten ? RecordKind.VotesForgotten : RecordKind.VotesLogged };
        _flushed = End;
        (Manifest newest, bool isLost) = Checkpoints.Recover();
        return new DiskContents(newest, found.Records, forgotten, found.Damage, unnoticed, isLost);
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
        long covered = Math.Min(Checkpoints.Newest.Value, _stable);
        int cut = _log.FindLastIndex(e => e is SegmentEntry segment && segment.Checkpoint.Value <= covered);
        if (cut > 0)
        {
            // Nothing is deleted before what takes its place, and what says why it may go, is on disk.
            Flush(End);
            _log.RemoveRange(0, cut);
            _dropped += cut;
        }
    }
}
