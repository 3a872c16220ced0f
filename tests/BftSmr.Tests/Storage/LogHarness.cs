using BftCloud.Primitives;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Storage;

namespace BftSmr.Tests.Storage;

/// <summary>A log in a directory, with records that are easy to tell apart.</summary>
internal static class LogHarness
{
    public static CodecLimits Limits { get; } = new() { Replicas = 4 };

    public static LogOptions Small { get; } = new() { SegmentBytes = 4096 };

    public static WriteAheadLog Open(
        TemporaryDirectory directory, out LogContents contents, LogOptions? options = null, bool neverRan = false) =>
        WriteAheadLog.Open(
            directory.Path, neverRan, Limits, options ?? Small, new DamageLog().Damage, out contents);

    public static LogContents Read(TemporaryDirectory directory, LogOptions? options = null)
    {
        using WriteAheadLog log = Open(directory, out LogContents contents, options);
        return contents;
    }

    /// <summary>The number-th record: of a size of its own, so that offsets are not all alike.</summary>
    public static LogRecord Record(long number) => (number % 3) switch
    {
        0 => new RegencyInstalled(new Regency(number)),
        1 => new QuorumWritten(new Instance(number), new Vote(new Regency(number), default)),
        _ => new ValueDecided(new Instance(number), default, null),
    };

    public static void Append(WriteAheadLog log, long from, long count)
    {
        for (long i = from; i < from + count; i++) log.Append(Record(i));
    }

    /// <summary>Asserts that these are the records numbered from .. from + count - 1.</summary>
    public static void AssertRecords(LogContents contents, long from, long count) =>
        Assert.Equal(Enumerable.Range(0, (int)count).Select(i => Record(from + i)), contents.Records);

    public static string[] Segments(TemporaryDirectory directory) =>
        [.. Directory.EnumerateFiles(directory.Path).Where(static file => LogSegment.TryParseName(file, out _))
            .Order(StringComparer.Ordinal)];

    /// <summary>Offset and space of each record in a segment.</summary>
    public static List<(long Offset, long Space)> Layout(string segment)
    {
        using SegmentReader reader = new(segment);
        List<(long, long)> layout = [];
        long offset = reader.Offset;
        while (reader.TryReadNext(out _, out _))
        {
            layout.Add((offset, reader.Offset - offset));
            offset = reader.Offset;
        }
        return layout;
    }

    public static Request Request(byte[] operation, ulong sequence = 1, RequestKind kind = RequestKind.Command) =>
        RequestCodec.Create(
            new SessionId(new ClientId(0), 1), sequence, kind, ReplicaSet.AllOf(2), new ReplicaId(0), operation);

    public static void FlipBit(string file, long offset, int bit = 0)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        int value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ (1 << bit)));
    }

    public static void Zero(string file, long offset, long count)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        stream.Write(new byte[count]);
    }
}
