using System.Buffers.Binary;
using BftCloud.Primitives;
using BftCloud.Testing.Fuzzing;
using BftSmr.Storage;
using BftSmr.Tests.Storage;

namespace BftSmr.Tests.Decoders;

/// <summary>
/// What lies on a disk that may have changed it. The checksums of half the targets are put right, so that what they
/// keep out today is read all the same.
/// </summary>
internal sealed class StorageTargets(TemporaryDirectory directory)
{
    /// <summary>The window that a segment is read through.</summary>
    private const long SegmentBytes = (1 << 20) + (64 << 10);

    public IEnumerable<FuzzTarget> All =>
    [
        new(
            "log segment", random => Segment(random), bytes => Recover(bytes)) { Refusals = [typeof(StorageException)],
            AllocatedBytes = SegmentBytes, AllocatedBytesPerByte = 200, Rounds = 2 },
        new("log segment with right checksums", random => Segment(random), bytes => Recover(WithChecksums(bytes)))
        {
            Refusals = [typeof(StorageException)],
            AllocatedBytes = SegmentBytes,
            AllocatedBytesPerByte = 200,
            Rounds = 2,
        },
        new("segment header", random => Header(random), bytes => SegmentHeader.TryRead(bytes, out _))
        {
            Again = static bytes =>
                SegmentHeader.TryRead(bytes, out SegmentHeader header)
                    ? [.. Written(header), .. bytes[SegmentHeader.Size..]]
                    : null,
        },
        new(
            "segment file name", static random => Text(LogSegment.FileName(random.NextInt64())),
            static bytes => LogSegment.TryParseName(Text(bytes), out _))
        {
            Normal = static bytes =>
                LogSegment.TryParseName(Text(bytes), out long number) ? Text(LogSegment.FileName(number)) : [],
            AllocatedBytesPerByte = 2,
        },
    ];

    private static byte[] Text(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static string Text(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private static byte[] Header(Random random) => Written(new SegmentHeader
    {
        Number =
            random.NextInt64(), Salt = (ulong)random.NextInt64(), Base = random.NextInt64(-1, 100),
            Supersedes = random.NextInt64(), Previous = random.NextInt64(),
        PreviousEnd = (uint)random.Next(), InitialEnd = (uint)random.Next(), Owner = (uint)random.Next(),
    });

    private static byte[] Written(SegmentHeader header)
    {
        byte[] bytes = new byte[SegmentHeader.Size];
        header.Write(bytes);
        return bytes;
    }

    /// <summary>The only segment of a log that was closed, as long as what was written.</summary>
    private byte[] Segment(Random random)
    {
        Clear();
        using (WriteAheadLog log = LogHarness.Open(directory, out _, neverRan: true))
        {
            for (int group = random.Next(1, 4); group > 0; group--)
            {
                LogHarness.Append(log, random.Next(100), random.Next(1, 5));
                log.Flush();
            }
        }
        string file = LogHarness.Segments(directory)[^1];
        long end = LogHarness.Layout(file) is [.., (long offset, long space)] ? offset + space : SegmentHeader.Size;
        return File.ReadAllBytes(file)[..(int)end];
    }

    /// <summary>Reads the log of this one segment, and what a replica would write next.</summary>
    private bool Recover(byte[] segment)
    {
        Clear();
        long number = SegmentHeader.TryRead(segment, out SegmentHeader header) && header.Number > 0 ? header.Number : 1;
        File.WriteAllBytes(directory.At(LogSegment.FileName(number)), segment);
        LogRecovery recovery = LogRecovery.Read(directory.Path, LogHarness.Limits, LogHarness.Small);
        if (recovery.Damage is null != recovery.SetAside.Count is 0)
            throw new InvalidOperationException("Damage is told if and only if a file is set aside.");
        return recovery.Damage is null && recovery.Records.Count > 0;
    }

    private static byte[] WithChecksums(byte[] segment)
    {
        byte[] bytes = [.. segment];
        if (bytes.Length < SegmentHeader.Size) return bytes;
        BinaryPrimitives.WriteUInt32BigEndian(
            bytes.AsSpan(SegmentHeader.Size - 4), Crc32C.Append(0, bytes.AsSpan(0, SegmentHeader.Size - 4)));
        ulong salt = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(16));
        long at = SegmentHeader.Size;
        while (RecordHeader.TryRead(bytes.AsSpan((int)at), salt, out RecordHeader header)
            && header.Length <= bytes.Length - at - RecordHeader.Size)
        {
            header.Write(bytes.AsSpan((int)at), at);
            at += RecordHeader.Space(header.Length);
            if (at > bytes.Length) break;
        }
        return bytes;
    }

    private void Clear()
    {
        foreach (string file in Directory.EnumerateFiles(directory.Path)) File.Delete(file);
    }
}
