namespace BftSmr.Storage;

/// <summary>
/// Reads the segments of a log while it is written, and looks for records that are not what was written. A segment may
/// lose its name, and its file may be written again, meanwhile: then it is not needed any more, and no damage.
/// </summary>
internal sealed class LogScrub(WriteAheadLog log)
{
    /// <summary>About as much is read at a time.</summary>
    private const int StepBytes = 1 << 20;

    /// <summary>Told once of damage that has to be mended, on the thread that reads.</summary>
    public Action Damaged { get; set; } = static () => { };

    /// <summary>Reads all segments, part by part; gives the bytes that were read each time.</summary>
    public IEnumerable<long> Scrub() => log.OnDisk.SelectMany(Scrub);

    private IEnumerable<long> Scrub(LogStretch segment)
    {
        SegmentReader? reader = null;
        try
        {
            for (long offset = 0; offset < segment.End;)
            {
                long before = offset;
                bool isIntact = IsIntact(segment, ref reader, ref offset);
                yield return Math.Max(SegmentHeader.Size, offset - before);
                if (isIntact) continue;
                if (log.TryNoteDamaged(segment, offset)) Damaged();
                break;
            }
        }
        finally
        {
            reader?.Dispose();
        }
    }

    /// <summary>Reads on; the offset is where the next record begins, or the one that is damaged.</summary>
    private static bool IsIntact(LogStretch segment, ref SegmentReader? reader, ref long offset)
    {
        try
        {
            reader ??= new SegmentReader(segment.Path);
            if (!reader.HasHeader || reader.Header.Number != segment.Number) return false;
            long end = Math.Min(segment.End, reader.Offset + StepBytes);
            bool isIntact = true;
            while (isIntact && reader.Offset < end) isIntact = reader.TryReadNext(out _, out _);
            offset = reader.Offset;
            return isIntact;
        }
        catch (IOException e) when (FileBytes.IsDamage(e))
        {
            return false;
        }
    }
}
