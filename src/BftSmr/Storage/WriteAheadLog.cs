using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;

namespace BftSmr.Storage;

/// <summary>
/// The log of a replica: checksummed records in numbered segment files. Appending costs no system call; one
/// <see cref="Flush"/> is one write and one fdatasync for all that was appended. One thread at a time. A failed write
/// or flush throws <see cref="StorageException"/>, after which the log must not be used any more. Format and recovery
/// rules: docs/spec/storage.
/// </summary>
internal sealed class WriteAheadLog : IDisposable
{
    private readonly string _directory;
    private readonly LogOptions _options;
    private readonly DiskDamage _damage;
    private readonly SegmentFiles _files;
    private readonly Lock _lock = new(); // which segments there are: the loop changes it, and others look
    private readonly ByteBuffer _buffer = new(bytesKeptMax: 2 << 20);
    private readonly List<Older> _older = [];
    private readonly HashSet<string> _damaged = [];
    private LogSegment _segment;
    private string? _damagedAtStart;
    private bool _votesForgotten, _hasWritten, _failed;

    private WriteAheadLog(
        string directory, LogOptions options, DiskDamage damage, LogRecovery recovery, bool votesForgotten)
    {
        (_directory, _options, _damage) = (directory, options, damage);
        _files = new SegmentFiles(directory, options);
        _votesForgotten = votesForgotten;
        _older.AddRange(recovery.Kept.Select(static k => new Older(k.Number, k.Base, k.Path, k.End, PreparedEnd: 0)));
        _segment = Create(recovery.Next, recovery.Carried, []);
    }

    /// <summary>Bytes written so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Records appended so far: the position of the last one. Never goes back.</summary>
    public long AppendedRecords { get; private set; }

    /// <summary>Those of them that are on disk, as far as this log promises anything.</summary>
    public long FlushedRecords { get; private set; }

    /// <summary>
    /// What has to be intact now: the segments, and up to where all of each is on disk. Nothing if the log never
    /// flushes: then no start reads it. Any thread.
    /// </summary>
    public IReadOnlyList<LogStretch> OnDisk
    {
        get
        {
            if (!_options.Flushes) return [];
            lock (_lock)
            {
                return
                [
                    .. _older.Select(static s => new LogStretch(s.Number, s.Path, s.End)),
                    new LogStretch(_segment.Header.Number, _segment.Path, _segment.DurableEnd),
                ];
            }
        }
    }

    /// <summary>Opens the log of a directory, reads it, and makes it ready to append.</summary>
    /// <param name="directory">Made if it does not exist.</param>
    /// <param name="neverRan">Whether an empty log is that of a replica that has never run, rather than one that was
    /// lost.</param>
    /// <param name="limits">Bounds of what is decoded.</param>
    /// <param name="options">How the log is kept.</param>
    /// <param name="damage">Is told of damage.</param>
    /// <param name="contents">What was found.</param>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    public static WriteAheadLog Open(
        string directory, bool neverRan, CodecLimits limits, LogOptions options, DiskDamage damage,
        out LogContents contents)
    {
        try
        {
            Directory.CreateDirectory(directory);
            LogRecovery recovery = LogRecovery.Read(directory, limits, options);
            bool forgotten = recovery.ForgetsVotes(neverRan);
            // What was read must be on disk before anything depends on it. So must the names: a spare file is not
            // written while the disk may have it as a segment.
            foreach ((_, _, string path, _) in recovery.Kept) SegmentFiles.Flush(path);
            FileSync.Directory(directory);
            WriteAheadLog log = new(directory, options, damage, recovery, forgotten || !options.HasVotes);
            if (recovery.Damage is { } damaged) log.NoteDamagedAtStart(damaged);
            log._files.SetAside(recovery.SetAside);
            log._files.Recycle([.. recovery.Obsolete.Select(static path => (path, PreparedEnd: 0L))]);
            contents = new LogContents(recovery.Records, forgotten, recovery.Damage);
            return log;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Opening the log in", directory, e);
        }
    }

    /// <summary>Adds a record at the end. It is on disk after the next <see cref="Flush"/>.</summary>
    public void Append(LogRecord record)
    {
        Invariant.Holds(!_failed, "a log that failed is not appended to");
        AppendedRecords++;
        Encode(record, _segment.Header.Salt, _segment.End, _segment.DurableEnd);
        if (_votesForgotten && _options.HasVotes && record is SilentUpTo)
        {
            Encode(RecordKind.VotesLogged, [], _segment.Header.Salt, _segment.End, _segment.DurableEnd);
            _votesForgotten = false;
            if (_damagedAtStart is { } file) _damage.NoteMended(file);
        }
        if (_buffer.Length > _options.BufferBytesMax) WriteOut();
    }

    /// <summary>Puts everything that was appended on disk (nothing is promised if the log never flushes).</summary>
    public void Flush()
    {
        Invariant.Holds(!_failed, "a log that failed is not flushed");
        WriteOut();
        bool mustFlush = _options.Flushes && _hasWritten;
        if (mustFlush)
        {
            _failed = true;
            _segment.Flush();
            _failed = _hasWritten = false;
        }
        NoteFlushed();
        if (mustFlush && _segment.End >= _options.SegmentBytes) Continue();
    }

    /// <summary>
    /// Begins a segment that makes everything before it unnecessary once the checkpoint of this instance is stable, and
    /// on disk.
    /// </summary>
    /// <param name="checkpoint">The instance whose checkpoint is being taken or fetched.</param>
    /// <param name="live">What counts besides the checkpoint.</param>
    public void BeginSegment(Instance checkpoint, IReadOnlyList<LogRecord> live)
    {
        Flush();
        Replace(checkpoint.Value, live, supersedes: null);
    }

    /// <summary>
    /// Something in the log does not have the bytes that were written: <see cref="Rewrite"/> is to follow. False if
    /// that is known, or the segment is not needed any more. Any thread.
    /// </summary>
    public bool TryNoteDamaged(LogStretch segment, long offset)
    {
        lock (_lock)
        {
            if (OnDisk.All(s => s.Number != segment.Number) || !_damaged.Add(segment.Path)) return false;
        }
        _damage.Note(
            segment.Path, offset,
            "All that counts of the log is written again, and then the file is renamed to *.corrupt.");
        return true;
    }

    /// <summary>
    /// Writes all that counts of the log again, where some of it is damaged, and lets go of everything before.
    /// Invariant: a segment goes only when the one that repeats it is on disk, under its name. A crash before that
    /// leaves the log as it was, damage included; after that what is left of older segments is ignored.
    /// </summary>
    /// <param name="stable">The stable checkpoint.</param>
    /// <param name="live">All that counts besides: of each instance above it, what was appended.</param>
    public void Rewrite(Instance stable, IReadOnlyList<LogRecord> live)
    {
        Flush();
        Replace(stable.Value, live, supersedes: 1);
        Invariant.Holds(
            _segment.Header.Supersedes == 1 && _segment.DurableEnd >= SegmentHeader.Size,
            "segments go when what repeats them is on disk");
        ReleaseOlder(_older.Count);
    }

    /// <summary>
    /// The checkpoint of this instance is stable, and it or a newer one on disk: lets go of what only older
    /// ones need. First everything appended goes to disk, as the record that says why the votes below the checkpoint
    /// may be forgotten is among it.
    /// </summary>
    public void Truncate(Instance checkpoint)
    {
        if (_older.Count == 0) return;
        Flush();
        if (_segment.Header.Base != SegmentHeader.Continues && _segment.Header.Base <= checkpoint.Value)
        {
            ReleaseOlder(_older.Count);
            return;
        }
        int first = _older.FindLastIndex(
            segment => segment.Base != SegmentHeader.Continues && segment.Base <= checkpoint.Value);
        if (first > 0) ReleaseOlder(first);
    }

    /// <summary>Puts everything on disk, with a mark that this was all. Does nothing after a failure.</summary>
    public void Close()
    {
        if (_failed) return;
        Flush();
        Encode(RecordKind.Closed, [], _segment.Header.Salt, _segment.End, _segment.DurableEnd);
        Flush();
    }

    public void Dispose() => _segment.Dispose();

    private void WriteOut()
    {
        if (_buffer.Length == 0) return;
        _failed = true;
        _segment.Write(_buffer.Written);
        _failed = false;
        WrittenBytes += _buffer.Length;
        _buffer.Reset();
        _hasWritten = true;
        if (!_options.Flushes && _segment.End >= _options.SegmentBytes) Continue();
    }

    private void NoteFlushed()
    {
        Invariant.Holds(_buffer.Length == 0 && !(_options.Flushes && _hasWritten), "what was flushed is on disk");
        Invariant.Holds(FlushedRecords <= AppendedRecords, "only what was appended is on disk");
        FlushedRecords = AppendedRecords;
    }

    private void NoteDamagedAtStart(LogDamage damage)
    {
        _damage.Note(
            damage.File, damage.Offset,
            $"What was found: {damage.Description}. The file and what follows it were renamed to *.corrupt, what "
            + "precedes it is used. The replica cannot know what it voted, so it is in non-voting recovery until it "
            + "has caught up with the others.");
        if (_options.HasVotes) _damagedAtStart = damage.File;
        else _damage.NoteMended(damage.File); // every start is one without votes
    }

    private void Continue() => Replace(SegmentHeader.Continues, [], supersedes: null);

    private void Replace(long checkpoint, IReadOnlyList<LogRecord> live, long? supersedes)
    {
        Invariant.Holds(_buffer.Length == 0, "the next segment begins when all that was appended is in the one before");
        LogSegment full = _segment;
        long number = full.Header.Number + 1;
        SegmentHeader header = new()
        {
            Number =
                number, Salt = 0, Base = checkpoint, Supersedes = supersedes ?? number, Previous = full.Header.Number,
                PreviousEnd = full.End, InitialEnd = 0, Owner = 0,
        };
        _failed = true;
        try
        {
            LogSegment next = Create(header, [], live);
            lock (_lock)
            {
                _older.Add(
                    new Older(full.Header.Number, full.Header.Base, full.Path, full.End, full.PreparedEnd));
                _segment = next;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed(
                "Beginning the log segment", Path.Combine(_directory, LogSegment.FileName(number)), e);
        }
        full.Dispose();
        _failed = _hasWritten = false;
    }

    /// <summary>
    /// Makes a segment's file with its first records. It has its name only when all of that is on disk.
    /// </summary>
    private LogSegment Create(
        SegmentHeader header, IReadOnlyList<(RecordKind Kind, byte[] Payload)> carried, IReadOnlyList<LogRecord> live)
    {
        header = header with { Salt = SecretRandom.NextUInt64(), Owner = _options.Owner?.Tag ?? 0 };
        _buffer.GetSpan(SegmentHeader.Size);
        _buffer.Advance(SegmentHeader.Size);
        foreach ((RecordKind kind, byte[] payload) in carried) Encode(kind, payload, header.Salt, 0, 0);
        foreach (LogRecord record in live) Encode(record, header.Salt, 0, 0);
        if (_votesForgotten) Encode(RecordKind.VotesForgotten, [], header.Salt, 0, 0);
        header = header with { InitialEnd = (uint)_buffer.Length };
        header.Write(_buffer.Written);

        string path = Path.Combine(_directory, LogSegment.FileName(header.Number));
        LogSegment segment = new(
            path, _files.Open(out string temporary, out long preparedEnd), header, preparedEnd,
            _options.Flushes ? _options.SegmentBytes : 0);
        try
        {
            segment.Begin(_buffer.Written);
            File.Move(temporary, path);
            FileSync.Directory(_directory);
        }
        catch
        {
            segment.Dispose();
            throw;
        }
        WrittenBytes += _buffer.Length;
        _buffer.Reset();
        return segment;
    }

    private void Encode(LogRecord record, ulong salt, long segmentEnd, long durableEnd)
    {
        int start = BeginRecord();
        LogRecordCodec.Encode(record, _buffer);
        EndRecord(start, RecordKind.Core, salt, segmentEnd, durableEnd);
    }

    private void Encode(RecordKind kind, ReadOnlySpan<byte> payload, ulong salt, long segmentEnd, long durableEnd)
    {
        int start = BeginRecord();
        payload.CopyTo(_buffer.GetSpan(payload.Length));
        _buffer.Advance(payload.Length);
        EndRecord(start, kind, salt, segmentEnd, durableEnd);
    }

    private int BeginRecord()
    {
        int start = _buffer.Length;
        _buffer.GetSpan(RecordHeader.Size);
        _buffer.Advance(RecordHeader.Size);
        return start;
    }

    private void EndRecord(int start, RecordKind kind, ulong salt, long segmentEnd, long durableEnd)
    {
        int length = _buffer.Length - start - RecordHeader.Size;
        int padding = (int)(RecordHeader.Space(length) - RecordHeader.Size - length);
        _buffer.GetSpan(RecordHeader.Alignment)[..padding].Clear();
        _buffer.Advance(padding);
        new RecordHeader { Length = length, Salt = salt, DurableEnd = checked((uint)durableEnd), Kind = kind }.Write(
            _buffer.Written[start..], segmentEnd + start);
    }

    private void ReleaseOlder(int count)
    {
        Invariant.Holds(count <= _older.Count, "only older segments are let go of");
        if (count == 0) return;
        Older[] released;
        string[] damaged;
        lock (_lock)
        {
            released = [.. _older.Take(count)];
            _older.RemoveRange(0, count);
            damaged = [.. released.Select(static segment => segment.Path).Where(_damaged.Remove)];
        }
        try
        {
            _files.SetAside(damaged);
            _files.Recycle(
            [
                .. released.Where(segment => !damaged.Contains(segment.Path))
                    .Select(static segment => (segment.Path, segment.PreparedEnd)),
            ]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Removing old segments in", _directory, e);
        }
        foreach (string file in damaged) _damage.NoteMended(file);
    }

    /// <summary>A segment that is not written any more.</summary>
    private sealed record Older(long Number, long Base, string Path, long End, long PreparedEnd);
}
