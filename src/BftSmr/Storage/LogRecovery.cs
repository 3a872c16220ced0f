using System.Globalization;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Storage;

/// <summary>
/// Reads the segments of a log and decides what counts. The segments form a chain: each header names its predecessor
/// and where that one ended, all of which was on disk then. So only the end of the last segment can be torn; all else
/// that is unreadable is damage. Nothing is changed here.
/// </summary>
internal sealed class LogRecovery
{
    private readonly CodecLimits _limits;
    private readonly long _segmentBytes;
    private readonly List<Candidate> _segments;
    private readonly List<LogRecord> _records = [];
    private readonly List<(RecordKind, byte[])> _segmentRecords = [];

    private LogRecovery(List<Candidate> segments, CodecLimits limits, long segmentBytes) =>
        (_segments, _limits, _segmentBytes) = (segments, limits, segmentBytes);

    /// <summary>The core's records that count, oldest first.</summary>
    public IReadOnlyList<LogRecord> Records => _records;

    /// <summary>What the records themselves say; damage comes on top.</summary>
    public bool VotesForgotten { get; private set; }

    public LogDamage? Damage { get; private set; }

    /// <summary>Whether there was any segment.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Segments that stay as they are, oldest first.</summary>
    public IReadOnlyList<(long Number, long Base, string Path, long End)> Kept { get; private set; } = [];

    /// <summary>Files whose content is elsewhere, or will be once the next segment is written.</summary>
    public List<string> Obsolete { get; } = [];

    /// <summary>Files that cannot be trusted, to be renamed once the next segment is written.</summary>
    public List<string> SetAside { get; } = [];

    /// <summary>The header of the segment to be written next; salt, initial end and owner are not set.</summary>
    public SegmentHeader Next { get; private set; }

    /// <summary>Records that the next segment repeats.</summary>
    public IReadOnlyList<(RecordKind Kind, byte[] Payload)> Carried { get; private set; } = [];

    /// <summary>Reads the segments of a directory.</summary>
    /// <exception cref="StorageException">The log was written by another version or replica, or cannot be
    /// read.</exception>
    public static LogRecovery Read(string directory, CodecLimits limits, LogOptions options)
    {
        List<SegmentReader> segments = [];
        try
        {
            foreach (string file in Directory.EnumerateFiles(directory))
            {
                if (!LogSegment.TryParseName(file, out _)) continue;
                SegmentFile segment = new(file);
                options.Reading.Expect(segment.Length);
                segments.Add(new SegmentReader(file, new CountedSegment(segment, options.Reading)));
            }
            return Read(segments, limits, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Reading the log in", directory, e);
        }
        finally
        {
            foreach (SegmentReader segment in segments) segment.Dispose();
        }
    }

    /// <summary>Reads segments, in any order, whose paths end in their names.</summary>
    /// <exception cref="StorageException">The log was written by another version or replica.</exception>
    public static LogRecovery Read(IEnumerable<SegmentReader> segments, CodecLimits limits, LogOptions options)
    {
        List<Candidate> candidates = [];
        foreach (SegmentReader segment in segments)
        {
            if (!LogSegment.TryParseName(segment.Path, out long number)) continue;
            if (segment.IsOfAnotherVersion) throw Unreadable(segment.Path, "is of a version", "");
            if (options.Owner is { } owner && segment.HasHeader && segment.Header.Owner != owner.Tag)
                throw owner.Foreign(segment.Path);
            candidates.Add(new Candidate(number, segment));
        }
        candidates.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        LogRecovery recovery = new(candidates, limits, options.SegmentBytes);
        recovery.Run();
        return recovery;
    }

    /// <summary>Votes may have been sent that the log does not have, as docs/spec/storage lists them.</summary>
    /// <param name="neverRan">Whether an empty log is that of a replica that has never run, rather than one that was
    /// lost.</param>
    public bool ForgetsVotes(bool neverRan) => VotesForgotten || Damage is not null || (IsEmpty && !neverRan);

    private void Run()
    {
        IsEmpty = _segments.Count == 0;
        long newest = IsEmpty ? 0 : _segments[^1].Number;
        RemoveSuperseded();
        RemoveTruncated();
        int last = 0;
        while (last < _segments.Count && ReadSegment(last)) last++;
        if (Damage is null) PlanContinuation(newest + 1);
        else PlanAfterDamage(newest + 1, last);
        HashSet<string> gone = [.. Obsolete, .. SetAside];
        Kept = [.. _segments.Where(s => !gone.Contains(s.Reader.Path))
            .Select(static s => (s.Number, s.Reader.Header.Base, s.Reader.Path, s.Reader.Offset))];
    }

    private void RemoveSuperseded()
    {
        foreach (Candidate segment in _segments.Where(static s => s.IsValid).ToArray())
            Remove(_segments.FindAll(s => s.Number >= segment.Reader.Header.Supersedes && s.Number < segment.Number));
    }

    /// <summary>
    /// A crash while old segments were removed may leave any of them. It shows as a gap with a base behind it that is
    /// stable: the record that says so was on disk before anything was removed, and from that base on nothing before it
    /// counts.
    /// </summary>
    private void RemoveTruncated()
    {
        int gap = Enumerable.Range(0, _segments.Count).LastOrDefault(IsBehindGap, -1);
        int first = gap < 0
            ? -1
            : _segments.FindIndex(gap, static s => s.IsValid && s.Reader.Header.Base != SegmentHeader.Continues);
        if (first > 0 && IsBaseStable(first)) Remove(_segments[..first]);
    }

    private void Remove(List<Candidate> obsolete)
    {
        foreach (Candidate old in obsolete)
        {
            Obsolete.Add(old.Reader.Path);
            old.Reader.Dispose();
            _segments.Remove(old);
        }
    }

    /// <summary>Whether the segment has an intact header that names one before it which is not there.</summary>
    private bool IsBehindGap(int index)
    {
        if (!_segments[index].IsValid) return false;
        SegmentHeader header = _segments[index].Reader.Header;
        return index == 0 ? header.Base == SegmentHeader.Continues : header.Previous != _segments[index - 1].Number;
    }

    /// <summary>Whether this segment, or one behind it, says that the checkpoint of its base is stable.</summary>
    private bool IsBaseStable(int index)
    {
        long checkpoint = _segments[index].Reader.Header.Base;
        return _segments.Skip(index).Any(s => s.IsValid && SaysStable(s.Reader, checkpoint));
    }

    /// <summary>
    /// Whether a segment says that the checkpoint of this instance, or a newer one, is stable. Its records are still to
    /// be read afterwards.
    /// </summary>
    private bool SaysStable(SegmentReader reader, long checkpoint)
    {
        bool says = false;
        while (!says && reader.TryReadNext(out RecordHeader header, out ReadOnlySpan<byte> payload))
        {
            says = header.Kind == RecordKind.Core
                && LogRecordCodec.TryDecode(payload.ToArray(), _limits, out LogRecord? record)
                && record is CheckpointStable stable && stable.Certificate.Instance.Value >= checkpoint;
        }
        reader.Rewind();
        return says;
    }

    /// <summary>Reads one segment; false if nothing after it counts.</summary>
    private bool ReadSegment(int index)
    {
        Candidate segment = _segments[index];
        SegmentReader reader = segment.Reader;
        _segmentRecords.Clear();
        if (!segment.IsValid) return Damaged(reader, 0, "its header is not intact");
        if (IsBehindGap(index))
            return Damaged(
                reader, 0, $"the segment before it, {LogSegment.FileName(reader.Header.Previous)}, is missing");

        Candidate? next = index + 1 < _segments.Count ? _segments[index + 1] : null;
        long? end = next is { IsValid: true }
            && next.Reader.Header.Previous == segment.Number ? next.Reader.Header.PreviousEnd : null;
        while (reader.Offset != end && reader.TryReadNext(out RecordHeader header, out ReadOnlySpan<byte> payload))
            Take(reader, header, payload);

        if (end is not null)
            return reader.Offset == end || Damaged(reader, reader.Offset, "a record that was on disk is not intact");
        return !reader.IsDamagedBehindEnd()
            || Damaged(reader, reader.Offset, "a record with intact ones after it is not intact");
    }

    private void Take(SegmentReader reader, RecordHeader header, ReadOnlySpan<byte> payload)
    {
        byte[] bytes = payload.ToArray();
        switch (header.Kind)
        {
            case RecordKind.Core when LogRecordCodec.TryDecode(bytes, _limits, out LogRecord? record):
                _records.Add(record);
                break;
            case RecordKind.VotesForgotten:
                VotesForgotten = true;
                break;
            case RecordKind.VotesLogged:
                VotesForgotten = false;
                break;
            case RecordKind.Closed:
                return; // it speaks of its own segment only: not carried
            default:
                throw Unreadable(
                    reader.Path,
                    string.Create(CultureInfo.InvariantCulture, $"has an intact record before offset {reader.Offset}"),
                    ", or with larger limits in cluster.json");
        }
        _segmentRecords.Add((header.Kind, bytes));
    }

    private static StorageException Unreadable(string path, string what, string orElse) =>
        new($"The log file '{path}' {what} that this version cannot read. It was written by another version{orElse}: "
            + "start that version, or remove the data directory so that the replica rejoins from the others.");

    private bool Damaged(SegmentReader reader, long offset, string description)
    {
        Damage = new LogDamage(reader.Path, offset, description);
        return false;
    }

    /// <summary>All is well: go on behind the last segment, or, if that is less than half full, in its place.</summary>
    private void PlanContinuation(long number)
    {
        if (_segments.Count == 0)
        {
            Next = First(number);
            return;
        }
        SegmentReader last = _segments[^1].Reader;
        if (last.Offset > _segmentBytes / 2)
        {
            Next = First(number) with
            {
                Base = SegmentHeader.Continues,
                Previous = last.Header.Number,
                PreviousEnd = last.Offset,
            };
            return;
        }
        Next = last.Header with { Number = number };
        Carried = [.. _segmentRecords];
        Obsolete.Add(last.Path);
    }

    /// <summary>Repeats the good part of the damaged segment, and sets it and everything after it aside.</summary>
    private void PlanAfterDamage(long number, int damaged)
    {
        for (int i = damaged; i < _segments.Count; i++) SetAside.Add(_segments[i].Reader.Path);
        if (Damage!.Offset > 0)
        {
            Next = _segments[damaged].Reader.Header with { Number = number };
            Carried = [.. _segmentRecords];
        }
        else if (damaged > 0)
        {
            SegmentReader before = _segments[damaged - 1].Reader;
            Next = First(number) with
            {
                Base =
                    SegmentHeader.Continues, Supersedes = _segments[damaged].Number, Previous = before.Header.Number,
                    PreviousEnd = before.Offset,
            };
        }
        else
        {
            Next = First(number) with { Supersedes = _segments[damaged].Number };
        }
    }

    private static SegmentHeader First(long number) => new()
    {
        Number = number,
        Salt = 0,
        Base = 0,
        Supersedes = number,
        Previous = 0,
        PreviousEnd = 0,
        InitialEnd = 0,
        Owner = 0,
    };

    private sealed record Candidate(long Number, SegmentReader Reader)
    {
        public bool IsValid => Reader.HasHeader && Reader.Header.Number == Number;
    }
}
