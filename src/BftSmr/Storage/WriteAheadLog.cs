using System.Globalization;
using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using Microsoft.Win32.SafeHandles;

namespace BftSmr.Storage;

/// <summary>
/// The log of a replica: checksummed records in numbered segment files. Appending costs no system call; one
/// <see cref="Flush"/> is one write and one fdatasync for all that was appended. One thread at a time. A failed write
/// or flush throws <see cref="StorageException"/>, after which the log must not be used any more. Format and recovery
/// rules: docs/spec/storage.
/// </summary>
internal sealed class WriteAheadLog : IDisposable
{
    private const string SparePrefix = "spare-";
    private const string TemporaryFile = "next.tmp";
    private const string CorruptSuffix = ".corrupt";

    private readonly string _directory;
    private readonly LogOptions _options;
    private readonly ByteBuffer _buffer = new(bytesKeptMax: 2 << 20);
    private readonly List<(long Number, long Base, string Path, long PreparedEnd)> _older = [];
    private readonly Queue<(string Path, long PreparedEnd)> _spares = [];
    private LogSegment _segment;
    private bool _votesForgotten, _hasWritten, _failed;

    private WriteAheadLog(string directory, LogOptions options, LogRecovery recovery, bool votesForgotten)
    {
        _directory = directory;
        _options = options;
        _votesForgotten = votesForgotten;
        _older.AddRange(recovery.Kept.Select(static kept => (kept.Number, kept.Base, kept.Path, PreparedEnd: 0L)));
        foreach (string spare in Directory.GetFiles(directory, SparePrefix + "*").Order(StringComparer.Ordinal))
            _spares.Enqueue((spare, PreparedEnd: 0));
        _segment = Create(recovery.Next, recovery.Carried, []);
    }

    /// <summary>Bytes written so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Records appended so far: the position of the last one. Never goes back.</summary>
    public long AppendedRecords { get; private set; }

    /// <summary>Those of them that are on disk, as far as this log promises anything.</summary>
    public long FlushedRecords { get; private set; }

    /// <summary>Opens the log of a directory, reads it, and makes it ready to append.</summary>
    /// <param name="directory">Made if it does not exist.</param>
    /// <param name="neverRan">Whether an empty log is that of a replica that has never run, rather than one that was
    /// lost.</param>
    /// <param name="limits">Bounds of what is decoded.</param>
    /// <param name="options">How the log is kept.</param>
    /// <param name="contents">What was found.</param>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    public static WriteAheadLog Open(
        string directory, bool neverRan, CodecLimits limits, LogOptions options, out LogContents contents)
    {
        try
        {
            Directory.CreateDirectory(directory);
            File.Delete(Path.Combine(directory, TemporaryFile));
            LogRecovery recovery = LogRecovery.Read(directory, limits, options);
            bool forgotten = recovery.ForgetsVotes(neverRan);
            // What was read must be on disk before anything depends on it. So must the names: a spare file is not
            // written while the disk may have it as a segment.
            foreach ((_, _, string path) in recovery.Kept) FlushFile(path);
            FileSync.Directory(directory);
            WriteAheadLog log = new(directory, options, recovery, forgotten || !options.HasVotes);
            log.SetAside(recovery.SetAside);
            log.Recycle([.. recovery.Obsolete.Select(static path => (path, PreparedEnd: 0L))]);
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
        Replace(checkpoint.Value, live);
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
            RecycleOlder(_older.Count);
            return;
        }
        int first = _older.FindLastIndex(
            segment => segment.Base != SegmentHeader.Continues && segment.Base <= checkpoint.Value);
        if (first > 0) RecycleOlder(first);
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

    private void Continue() => Replace(SegmentHeader.Continues, []);

    private void Replace(long checkpoint, IReadOnlyList<LogRecord> live)
    {
        Invariant.Holds(_buffer.Length == 0, "the next segment begins when all that was appended is in the one before");
        LogSegment full = _segment;
        long number = full.Header.Number + 1;
        SegmentHeader header = new()
        {
            Number =
                number, Salt = 0, Base = checkpoint, Supersedes = number, Previous = full.Header.Number,
                PreviousEnd = full.End, InitialEnd = 0, Owner = 0,
        };
        _failed = true;
        try
        {
            _segment = Create(header, [], live);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed(
                "Beginning the log segment", Path.Combine(_directory, LogSegment.FileName(number)), e);
        }
        string path = Path.Combine(_directory, LogSegment.FileName(full.Header.Number));
        _older.Add((full.Header.Number, full.Header.Base, path, full.PreparedEnd));
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
            path, OpenFile(out string temporary, out long preparedEnd), header, preparedEnd,
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

    private SafeFileHandle OpenFile(out string path, out long preparedEnd)
    {
        if (_spares.TryDequeue(out (string Path, long PreparedEnd) spare))
        {
            (path, preparedEnd) = spare;
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        (path, preparedEnd) = (Path.Combine(_directory, TemporaryFile), 0);
        SafeFileHandle file = File.OpenHandle(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        FileSync.Allocate(file, _options.SegmentBytes);
        return file;
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

    private void RecycleOlder(int count)
    {
        Invariant.Holds(count <= _older.Count, "only older segments are let go of");
        if (count == 0) return;
        (string, long)[] files = [.. _older.Take(count).Select(static segment => (segment.Path, segment.PreparedEnd))];
        _older.RemoveRange(0, count);
        try
        {
            Recycle(files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.Failed("Removing old segments in", _directory, e);
        }
    }

    /// <summary>
    /// Keeps some files to be written again and deletes the others. They lose their names on disk, in any order, before
    /// they are written.
    /// </summary>
    private void Recycle((string Path, long PreparedEnd)[] files)
    {
        foreach ((string file, long preparedEnd) in files)
        {
            if (_spares.Count < _options.SparesMax && new FileInfo(file).Length >= _options.SegmentBytes)
            {
                string spare = Path.Combine(_directory, SparePrefix + Path.GetFileName(file));
                File.Move(file, spare, overwrite: true);
                _spares.Enqueue((spare, preparedEnd));
            }
            else
            {
                File.Delete(file);
            }
        }
        if (files.Length > 0) FileSync.Directory(_directory);
    }

    /// <summary>Renames damaged files so that they can be looked into; those of an earlier incident go.</summary>
    private void SetAside(List<string> files)
    {
        if (files.Count == 0) return;
        foreach (string old in Directory.EnumerateFiles(_directory, "*" + CorruptSuffix)) File.Delete(old);
        foreach (string file in files) File.Move(file, file + CorruptSuffix);
        FileSync.Directory(_directory);
    }

    private static void FlushFile(string path)
    {
        using SafeFileHandle file =
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        FileSync.Data(file);
    }
}
