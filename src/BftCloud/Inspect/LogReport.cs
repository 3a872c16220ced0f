using BftCloud.Common;
using BftSmr.Codec;
using BftSmr.Messages;
using BftSmr.Storage;

namespace BftCloud.Inspect;

/// <summary>What a segment of a log holds.</summary>
/// <param name="Segment">Its number.</param>
/// <param name="Base">With the checkpoint of this instance, this segment and those after it are all that is needed;
/// null if it continues the one before.</param>
/// <param name="Records">Its intact records, in order.</param>
/// <param name="End">Where the good part ends, bytes.</param>
/// <param name="Damage">What is wrong behind the good part; null if nothing is.</param>
internal sealed record LogReport(
    long Segment, long? Base, IReadOnlyList<LogRecordReport> Records, long End, string? Damage)
{
    /// <summary>Reads a segment.</summary>
    /// <exception cref="CommandFailedException">The file is none.</exception>
    public static LogReport Of(string file, CodecLimits limits)
    {
        using SegmentReader reader = new(file);
        if (!reader.HasHeader)
        {
            throw new CommandFailedException(
                $"{file} does not begin with the intact header of a log segment. If it is one, it is damaged: "
                + "its replica sets it aside, and catches up from the others.");
        }
        List<LogRecordReport> records = [];
        long offset = reader.Offset;
        while (reader.TryReadNext(out RecordHeader header, out ReadOnlySpan<byte> payload))
        {
            records.Add(LogRecordReport.Of(offset, header, payload.ToArray(), limits));
            offset = reader.Offset;
        }
        string? damage = reader.IsDamagedBehindEnd()
            ? $"what was on disk at byte {reader.Offset} is not intact. Its replica sets the segment aside, and "
                + "catches up from the others."
            : null;
        return new LogReport(
            reader.Header.Number, reader.Header.Base == SegmentHeader.Continues ? null : reader.Header.Base, records,
            reader.Offset, damage);
    }
}

/// <summary>One record of a log.</summary>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Bytes">Bytes of what it says.</param>
/// <param name="Record">Its kind.</param>
/// <param name="Instance">The instance it is about, if it is about one.</param>
/// <param name="Regency">The regency it is about, if it is about one.</param>
/// <param name="Value">The digest it is about, if it is about one.</param>
/// <param name="Requests">Requests of the batch in it, if there is one.</param>
internal sealed record LogRecordReport(
    long Offset, int Bytes, string Record, long? Instance = null, long? Regency = null, string? Value = null,
    int? Requests = null)
{
    public static LogRecordReport Of(long offset, RecordHeader header, byte[] payload, CodecLimits limits)
    {
        if (header.Kind != RecordKind.Core) return new LogRecordReport(offset, payload.Length, header.Kind.ToString());
        if (!LogRecordCodec.TryDecode(payload, limits, out LogRecord? record))
            return new LogRecordReport(offset, payload.Length, "of another version, or beyond the cluster's limits");
        LogRecordReport report = new(offset, payload.Length, record.GetType().Name);
        return record switch
        {
            RegencyInstalled installed => report with { Regency = installed.Regency.Value },
            RegencySynchronized synchronized => report with { Regency = synchronized.Sync.Regency.Value },
            WriteVoted voted => report with
            {
                Instance = voted.Instance.Value,
                Regency = voted.Vote.Regency.Value,
                Value = voted.Vote.Value.ToString(),
                Requests = voted.Batch?.Requests.Count,
            },
            QuorumWritten written => report with
            {
                Instance = written.Instance.Value,
                Regency = written.Vote.Regency.Value,
                Value = written.Vote.Value.ToString(),
            },
            ValueDecided decided => report with
            {
                Instance = decided.Instance.Value,
                Value = decided.Value.ToString(),
                Requests = decided.Batch?.Requests.Count,
            },
            CheckpointStable stable => report with
            {
                Instance = stable.Certificate.Instance.Value, Value = stable.Certificate.Root.ToString(),
            },
            _ => report,
        };
    }
}
