using System.Buffers;
using BftCloud.Simulation;
using BftSmr.Codec;
using BftSmr.Storage;

namespace BftSmr.Simulation.Storage;

/// <summary>
/// A simulated log as it lies on the disk, byte for byte in the format of docs/spec/storage. So it can be damaged as
/// disks damage, and read back by the code that reads real logs.
/// </summary>
internal sealed class LogImage
{
    private const int SectorBytes = 512;

    private static readonly LogOptions Options = new() { SegmentBytes = 1 << 20 };

    private readonly List<(long Number, byte[] Bytes, int End)> _segments = [];
    private readonly Dictionary<long, int> _ends = [];
    private readonly List<(long Segment, int From, int To)> _damage = [];

    /// <summary>Lays out a log.</summary>
    /// <param name="log">Its entries, the first of which begins a segment.</param>
    /// <param name="position">The position of the first entry.</param>
    public LogImage(IReadOnlyList<DiskEntry> log, long position)
    {
        (long Number, int End) previous = (0, 0);
        for (int begin = 0; begin < log.Count;)
        {
            SegmentEntry segment = (SegmentEntry)log[begin];
            int end = begin + 1;
            while (end < log.Count && log[end] is RecordEntry) end++;
            if (end - begin - 1 < segment.LiveRecords) break; // a crash came before the file had its name
            previous = Write(log, begin, end, position, segment, previous);
            begin = end;
        }
    }

    /// <summary>What a replica makes of it.</summary>
    public LogRecovery Read(CodecLimits limits) =>
        LogRecovery.Read(
            _segments.Select(static s => new SegmentReader(LogSegment.FileName(s.Number), new Bytes(s.Bytes))), limits,
            Options);

    /// <summary>Whether nothing damaged the entry that ends at this position.</summary>
    /// <param name="segment">Its segment.</param>
    /// <param name="position">Its end.</param>
    public bool IsWhole(long segment, long position) =>
        _ends.TryGetValue(position, out int end)
            && _ends.TryGetValue(position - 1, out int begin)
            && !_damage.Exists(d => d.Segment == segment && d.From < end && d.To > begin);

    /// <summary>
    /// What was written behind a position had not been flushed: of each sector there is all or nothing.
    /// </summary>
    public void Tear(long position, SimulationRandom random)
    {
        if (_segments.Count == 0 || !_ends.TryGetValue(position, out int from)) return;
        (long number, byte[] bytes, int end) = _segments[^1];
        for (int at = from; at < end;)
        {
            int next = Math.Min(end, (at / SectorBytes + 1) * SectorBytes);
            if (random.Chance(0.5))
            {
                bytes.AsSpan(at, next - at).Clear();
                _damage.Add((number, at, next));
            }
            at = next;
        }
    }

    /// <summary>Bits turn, or a sector holds something else, somewhere in what was written.</summary>
    public void Corrupt(SimulationRandom random)
    {
        if (_segments.Count == 0) return;
        (long number, byte[] bytes, int end) = random.Pick(_segments);
        int at = random.Next(end);
        int sector = at / SectorBytes * SectorBytes, length = Math.Min(SectorBytes, bytes.Length - sector);
        _damage.Add((number, sector, sector + length));
        switch (random.Next(3))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes.AsSpan(sector, length).Clear();
                break;
            default:
                for (int i = 0; i < length; i++) bytes[sector + i] = (byte)random.Next(256);
                break;
        }
    }

    /// <summary>A sector was written to the place of another, of the same file or of another one.</summary>
    public void Misdirect(SimulationRandom random)
    {
        if (_segments.Count == 0) return;
        (_, byte[] source, int sourceEnd) = random.Pick(_segments);
        (long number, byte[] target, int targetEnd) = random.Pick(_segments);
        int from =
            random.Next(sourceEnd) / SectorBytes * SectorBytes, to = random.Next(targetEnd) / SectorBytes * SectorBytes;
        int length = Math.Min(SectorBytes, Math.Min(source.Length - from, target.Length - to));
        _damage.Add((number, to, to + length));
        source.AsSpan(from, length).ToArray().CopyTo(target, to);
    }

    private (long, int) Write(
        IReadOnlyList<DiskEntry> log, int begin, int end, long position, SegmentEntry segment,
        (long Number, int End) previous)
    {
        ulong salt = 0x9E3779B97F4A7C15 * (ulong)(segment.Number + 1);
        ArrayBufferWriter<byte> bytes = new(4 * SectorBytes);
        bytes.Advance(Clear(bytes.GetSpan(SegmentHeader.Size), SegmentHeader.Size));
        int initialEnd = 0, durable = begin;
        _ends[position + begin + 1] = SegmentHeader.Size;
        for (int i = begin; i < end; i++)
        {
            while (durable < i && log[i] is RecordEntry { FlushedBefore: var flushed } && position + durable < flushed)
                durable++;
            uint durableEnd =
                i <= begin + segment.LiveRecords ? 0 : durable == begin ? (uint)initialEnd : (uint)Math.Max(
                    initialEnd, _ends[position + durable]);
            if (log[i] is RecordEntry record) Append(bytes, record.Bytes.Span, RecordKind.Core, salt, durableEnd);
            if (log[i].Mark is { } mark) Append(bytes, [], mark, salt, durableEnd);
            _ends[position + i + 1] = bytes.WrittenCount;
            if (i == begin + segment.LiveRecords) initialEnd = bytes.WrittenCount;
        }
        // Files are longer than what is in them.
        byte[] file = new byte[(bytes.WrittenCount / SectorBytes + 2) * SectorBytes];
        bytes.WrittenSpan.CopyTo(file);
        new SegmentHeader
        {
            Number =
                segment.Number, Salt = salt, Base = segment.Checkpoint.Value, Supersedes = segment.Number,
                Previous = previous.Number, PreviousEnd = previous.End,
            InitialEnd = (uint)initialEnd, Owner = 0,
        }.Write(file);
        _segments.Add((segment.Number, file, bytes.WrittenCount));
        return (segment.Number, bytes.WrittenCount);
    }

    private static void Append(
        ArrayBufferWriter<byte> log, ReadOnlySpan<byte> payload, RecordKind kind, ulong salt, uint durableEnd)
    {
        int offset = log.WrittenCount, space = (int)RecordHeader.Space(payload.Length);
        Span<byte> record = log.GetSpan(space)[..space];
        record.Clear();
        payload.CopyTo(record[RecordHeader.Size..]);
        new RecordHeader { Length = payload.Length, Salt = salt, DurableEnd = durableEnd, Kind = kind }
            .Write(record, offset);
        log.Advance(space);
    }

    private static int Clear(Span<byte> bytes, int count)
    {
        bytes[..count].Clear();
        return count;
    }

    /// <summary>A file's bytes in memory.</summary>
    private sealed class Bytes(byte[] bytes) : ISegmentBytes
    {
        public long Length => bytes.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            int count = Math.Min(buffer.Length, bytes.Length - (int)offset);
            bytes.AsSpan((int)offset, count).CopyTo(buffer);
            return count;
        }

        public void Dispose() { }
    }
}
